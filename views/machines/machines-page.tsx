import type { ClusterState } from "../../server/model/machine.ts";
import { routes } from "../../server/routes.ts";
import type { JoinCommand } from "../../server/rules/machines/join-command.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { MachineItem, type MachineView } from "./machine-item.tsx";
import { StartCluster, type StartClusterProps } from "./start-cluster.tsx";

export interface MachinesProps {
  readonly cluster: ClusterState;
  readonly machines: readonly MachineView[];
  readonly invitations: readonly InvitationView[];
  readonly start: StartClusterProps;
  /** The command that was made, shown this once. */
  readonly invited: (JoinCommand & { readonly expiresAt: Date }) | null;
  /** Whether traffic between all machines could be encrypted; null if that is not known of all. */
  readonly canEncrypt: boolean | null;
  readonly error: string | null;
  readonly notice: string | null;
}

/** A command that waits for its machine. */
interface InvitationView {
  readonly id: number;
  readonly by: string;
  readonly expiresAt: Date;
  readonly lastTry: {
    readonly at: Date;
    readonly name: string;
    readonly refusals: readonly string[];
  } | null;
}

export function MachinesPage({ frame, page }: { readonly frame: PageFrame; readonly page: MachinesProps }) {
  const { cluster, machines, invited, error, notice, start } = page;
  const mayChange = offers(frame, routes.machineInvite.post);
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.system()}>System</a>
        <span aria-current="page">Machines</span>
      </p>
      <header class="page-head">
        <h1>Machines</h1>
        {cluster.type === "managed" && mayChange && (
          <form method="post" action={routes.machineInvite()}>
            <CsrfField token={frame.csrf} />
            <button class={machines.length > 1 || invited ? "button" : "button primary"} type="submit">
              Add a machine
            </button>
          </form>
        )}
      </header>
      <Notice text={notice} />
      <Fault text={error} />
      {invited && <Invited {...invited} />}
      {cluster.type === "managed" ? (
        <div class="stack">
          <section class="card" aria-labelledby="machines-title">
            <h2 id="machines-title">In the cluster</h2>
            <ul class="rights-list">
              {machines.map((machine) => (
                <MachineItem machine={machine} frame={frame} />
              ))}
            </ul>
          </section>
          {page.invitations.length > 0 && <Invitations frame={frame} invitations={page.invitations} />}
          <Network frame={frame} cluster={cluster} page={page} />
        </div>
      ) : (
        <NoCluster frame={frame} cluster={cluster} start={start} />
      )}
    </Layout>
  );
}

function NoCluster(props: {
  readonly frame: PageFrame;
  readonly cluster: Exclude<ClusterState, { readonly type: "managed" }>;
  readonly start: StartClusterProps;
}) {
  const { frame, cluster, start } = props;
  switch (cluster.type) {
    case "none":
      return <StartCluster frame={frame} start={start} />;
    case "foreign":
      return (
        <p class="card">
          This server's Docker is in a Swarm that this Baton did not begin. Baton leaves it alone. To let Baton begin a
          cluster of its own, leave that Swarm first, with <code>docker swarm leave</code>.
        </p>
      );
    case "broken":
      return (
        <p class="verdict tone-bad">
          <Icon name="warning" />
          <span>Docker cannot work with its cluster: {cluster.why}.</span>
        </p>
      );
  }
}

function Invited({ command, warning, expiresAt }: NonNullable<MachinesProps["invited"]>) {
  return (
    <section class="card" aria-labelledby="invited-title">
      <h2 id="invited-title">Run this on the new machine, as root</h2>
      <Copyable id="join-command" text={command} label="the command" />
      <p class="muted small">
        It checks the machine, installs Docker where there is none, and joins. It works once, until{" "}
        {untilText(expiresAt)}, and is not shown again.
      </p>
      {warning !== null && (
        <p class="verdict tone-warn">
          <Icon name="warning" />
          <span>{warning}</span>
        </p>
      )}
    </section>
  );
}

function Invitations(props: { readonly frame: PageFrame; readonly invitations: readonly InvitationView[] }) {
  const { frame, invitations } = props;
  return (
    <section class="card" aria-labelledby="waiting-title">
      <h2 id="waiting-title">Commands that wait for a machine</h2>
      <ul class="rights-list">
        {invitations.map(({ id, by, expiresAt, lastTry }) => (
          <li>
            <div>
              <p class="meta">
                <span>made by {by}</span>
                <span>until {untilText(expiresAt)}</span>
              </p>
              {lastTry && (
                <>
                  <p>
                    {lastTry.name} tried <RelativeTime at={lastTry.at} now={frame.now} />
                    {lastTry.refusals.length === 0 ? ": all was well, and it is joining." : " and cannot join yet:"}
                  </p>
                  <ul class="consequences">
                    {lastTry.refusals.map((text) => (
                      <li>{text}</li>
                    ))}
                  </ul>
                </>
              )}
            </div>
            {offers(frame, routes.machineInvitationWithdraw.post) && (
              <div class="actions">
                <form method="post" action={routes.machineInvitationWithdraw(id)}>
                  <CsrfField token={frame.csrf} />
                  <button class="button small" type="submit">
                    Withdraw
                  </button>
                </form>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Network(props: {
  readonly frame: PageFrame;
  readonly cluster: Extract<ClusterState, { readonly type: "managed" }>;
  readonly page: MachinesProps;
}) {
  const { frame, cluster, page } = props;
  const { address, pools } = cluster;
  return (
    <section class="card" aria-labelledby="network-title">
      <h2 id="network-title">Network</h2>
      <dl class="facts-list">
        <div>
          <dt>Server</dt>
          <dd>
            <code>{address}</code>: the cluster listens at no other address of this server
          </dd>
        </div>
        <div>
          <dt>Ports</dt>
          <dd>
            <code>2377/tcp</code> to the server; <code>7946/tcp</code>, <code>7946/udp</code> and <code>4789/udp</code>{" "}
            between all machines
          </dd>
        </div>
        <div>
          <dt>Networks of apps</dt>
          <dd>
            cut from <code>{pools.join(", ")}</code>
          </dd>
        </div>
        <div>
          <dt>Encryption</dt>
          <dd>{encryptionText[String(page.canEncrypt)]}</dd>
        </div>
      </dl>
      {page.machines.length === 1 && offers(frame, routes.clusterEnd.get) && (
        <div class="actions">
          <a class="button small" href={routes.clusterEnd()}>
            End the cluster
          </a>
        </div>
      )}
    </section>
  );
}

const encryptionText: Readonly<Record<string, string>> = {
  true: "the kernels of all machines that joined can encrypt traffic between apps",
  false: "not every kernel here can encrypt traffic between apps: use only a network that you trust",
  null: "not known yet: each machine tries it when it joins",
};

export function untilText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
