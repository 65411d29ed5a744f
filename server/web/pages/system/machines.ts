import { EndClusterPage, RemoveMachinePage } from "../../../../views/machines/confirm-pages.tsx";
import type { MachineView } from "../../../../views/machines/machine-item.tsx";
import { MachinesPage, type MachinesProps } from "../../../../views/machines/machines-page.tsx";
import type { MachineInvitationId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { clusterAddresses } from "../../../rules/machines/cluster-address.ts";
import { joinCommand } from "../../../rules/machines/join-command.ts";
import { labelsText, parseLabels, removalFault } from "../../../rules/machines/machine-changes.ts";
import { servicesOf } from "../../../rules/machines/machine-services.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { type KnownMachine, machineNamed, readCluster } from "../../read/machines.ts";
import { frameOf, type PageNeeds } from "../page.ts";

type Outcome = Awaited<ReturnType<PageNeeds["commands"]["changeMachine"]>>;

/** The cluster, and how machines join it. */
export function createClusterPages(needs: PageNeeds) {
  const { endpoints, store, commands, clock, publicUrl } = needs;

  return (
    endpoints
      .router()
      .on(routes.machines.get, (c) => show(c, needs, { notice: notices[c.req.query("done") ?? ""] ?? null }))

      .on(routes.clusterStart.post, async (c) => {
        const form = await readForm(c);
        const address = form.get("address") ?? "";
        noteSubject(c, address);
        const started = await commands.startCluster({ address, mayBePublic: form.get("mayBePublic") === "yes" });
        if (started.type === "refused") return refuse(c, needs, started, { address });
        return c.redirect(`${routes.machines()}?done=started`, 303);
      })
      .on(routes.clusterEnd.get, (c) =>
        c.html(EndClusterPage({ frame: frameOf(c, needs, { title: "End the cluster" }) })),
      )
      .on(routes.clusterEnd.post, async (c) => {
        const ended = await commands.endCluster();
        if (ended.type === "refused") return refuse(c, needs, ended);
        return c.redirect(`${routes.machines()}?done=ended`, 303);
      })

      // Answers with the page itself, because the command's secret is stored nowhere.
      .on(routes.machineInvite.post, async (c) => {
        const asked = await commands.inviteMachine(visitorOf(c).identity.name);
        if (asked.type === "refused") return refuse(c, needs, asked);
        const made = joinCommand(publicUrl, routes.machineScript(), asked.secret);
        return show(c, needs, { invited: { ...made, expiresAt: asked.invitation.expiresAt } });
      })
      .on(routes.machineInvitationWithdraw.post, async (c) => {
        const id = Number(c.req.param("id"));
        const found = (await store.machines.listInvitations(clock.now())).find((one) => one.id === id);
        if (!found) throw notFound("such command any more");
        await commands.withdrawMachineInvitation({ id: id as MachineInvitationId });
        return c.redirect(`${routes.machines()}?done=withdrawn`, 303);
      })
  );
}

/** What is done to one machine. */
export function createMachinePages(needs: PageNeeds) {
  const { endpoints, commands } = needs;
  const machineIn = (c: WebContext) => machineNamed(needs, c.req.param("machine") ?? "");

  return endpoints
    .router()
    .on(routes.machineDrain.post, (c) =>
      change(c, "drain", (machine) => commands.changeMachine(machine, { availability: "drain" })),
    )
    .on(routes.machineActivate.post, (c) =>
      change(c, "active", (machine) => commands.changeMachine(machine, { availability: "active" })),
    )
    .on(routes.machineLabels.post, async (c) => {
      const labels = parseLabels((await readForm(c)).get("labels") ?? "");
      noteDetail(c, Object.keys(labels).join(", ") || "none");
      return change(c, "labels", (machine) => commands.changeMachine(machine, { labels }));
    })

    .on(routes.machineRemove.get, async (c) => {
      const { id, name, state } = await machineIn(c);
      const frame = frameOf(c, needs, { title: `Remove ${name}`, section: "system" });
      const fault = await whyNotRemoved(id);
      if (fault !== null) throw new Problem(409, "conflict", fault);
      return c.html(RemoveMachinePage({ frame, id, name, isLost: state === "lost" }));
    })
    .on(routes.machineRemove.post, async (c) => {
      const machine = await machineIn(c);
      noteSubject(c, machine.name);
      const outcome = await commands.removeMachine(machine.id);
      if (outcome.type === "refused") return refuse(c, needs, outcome);
      return c.redirect(`${routes.machines()}?done=removed`, 303);
    });

  async function change(c: WebContext, done: string, run: (machine: KnownMachine) => Promise<Outcome>) {
    const machine = await machineIn(c);
    noteSubject(c, machine.name);
    const outcome = await run(machine);
    if (outcome.type === "refused") return refuse(c, needs, outcome);
    return c.redirect(`${routes.machines()}?done=${done}`, 303);
  }

  async function whyNotRemoved(id: KnownMachine["id"]): Promise<string | null> {
    const { state, machines } = await readCluster(needs);
    const machine = machines.find((one) => one.id === id);
    return machine && state.type === "managed" ? removalFault(machine, state.self) : null;
  }
}

const notices: Readonly<Record<string, string>> = {
  started: "The cluster has begun. Add a machine to it.",
  ended: "The cluster has ended.",
  withdrawn: "Withdrawn. The command lets no machine join any more.",
  drain: "It takes no more services. Those that run there are started elsewhere first.",
  active: "It takes services again. What runs elsewhere stays there.",
  labels: "Labels saved.",
  removed: "Removed. Run docker swarm leave on it.",
};

function refuse(
  c: WebContext,
  needs: PageNeeds,
  refused: Extract<Outcome, { readonly type: "refused" }>,
  typed: { readonly address?: string } = {},
) {
  return show(c, needs, { error: refused.message }, { status: problemOf(refused).status, ...typed });
}

async function show(
  c: WebContext,
  needs: PageNeeds,
  said: Partial<Pick<MachinesProps, "error" | "notice" | "invited">>,
  {
    status = 200,
    address,
  }: { readonly status?: ReturnType<typeof problemOf>["status"]; readonly address?: string } = {},
) {
  const { state, machines, invitations } = await readCluster(needs);
  const addresses = clusterAddresses(needs.reach.ownAddresses());
  const page: MachinesProps = {
    cluster: state,
    machines: await Promise.all(machines.map((machine) => viewOf(needs, machine))),
    invitations: invitations.map(({ id, createdBy, expiresAt, lastTry }) => ({
      ...{ id, by: createdBy, expiresAt },
      lastTry: lastTry && {
        ...{ at: lastTry.at, name: lastTry.name },
        refusals: lastTry.findings.filter(({ level }) => level === "refused").map(({ text }) => text),
      },
    })),
    start: { addresses, address: address ?? addresses[0]?.address ?? "" },
    canEncrypt: encryption(machines),
    ...{ invited: null, error: null, notice: null },
    ...said,
  };
  const mood = machines.some((machine) => machine.state === "lost") ? "failed" : "idle";
  return c.html(
    MachinesPage({ frame: frameOf(c, needs, { title: "Machines", section: "system", mood }), page }),
    status,
  );
}

/** Whether the kernels of all machines that said so can encrypt; null if none has said it. */
function encryption(machines: readonly KnownMachine[]): boolean | null {
  const said = machines.map(({ facts }) => facts?.canEncrypt ?? null).filter((one) => one !== null);
  return said.length === 0 ? null : said.every(Boolean);
}

async function viewOf({ machine: self }: PageNeeds, machine: KnownMachine): Promise<MachineView> {
  const { isServer, facts, availability, tasks, labels } = machine;
  const own = isServer ? await self.disk().catch(() => null) : null;
  return {
    ...machine,
    disk: own ?? (facts && { totalBytes: facts.diskBytes, freeBytes: facts.freeDiskBytes }),
    isDrained: availability === "drain",
    services: servicesOf(tasks),
    labels: labelsText(labels),
  };
}
