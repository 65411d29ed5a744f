import type { ClusterState, JoinFinding, MachineFacts, MachineInvitation } from "../../model/machine.ts";
import type { MachineId } from "../../model/names/ids.ts";
import type { ClusterMachine } from "../../ports/machines.ts";
import { isRefused, type JoinRequest, judgeJoin } from "../../rules/machines/join-check.ts";
import type { Uses } from "../adapters.ts";

const limitMs = 30_000;
/** Between machines; only TCP can be tried without an answer that only Docker gives. */
const gossipPort = 7946;
const portTimeoutMs = 3_000;
/** Swarm lists a machine that has joined within this time. */
const listedWithinMs = 20_000;
const lookEveryMs = 250;

type Adapters = Uses<"store" | "machines" | "clock" | "reach">;

/** The command cannot be used: one sentence says why. */
export interface NoJoin {
  readonly type: "no";
  readonly why: string;
}

interface OpenInvitation {
  readonly type: "open";
  readonly invitation: MachineInvitation;
  readonly state: Extract<ClusterState, { readonly type: "managed" }>;
}

/** The first question of a machine that wants to join: where to. */
export async function beginJoin(
  adapters: Adapters,
  secret: string,
): Promise<{ readonly type: "server"; readonly address: string } | NoJoin> {
  const opened = await open(adapters, secret);
  return opened.type === "no" ? opened : { type: "server", address: opened.state.address };
}

/** Judges a machine. `token` is what it joins with; null when it must not, and when it has joined already. */
export async function checkJoin(
  adapters: Adapters,
  secret: string,
  request: JoinRequest & { readonly id: MachineId | null },
): Promise<
  | {
      readonly type: "judged";
      readonly findings: readonly JoinFinding[];
      readonly token: string | null;
      readonly hasJoined: boolean;
    }
  | NoJoin
> {
  const opened = await open(adapters, secret);
  if (opened.type === "no") return opened;
  const { store, machines, clock } = adapters;
  const signal = AbortSignal.timeout(limitMs);
  const { invitation, state } = opened;
  const all = await machines.machines(signal);
  // It has joined, and then could not say so.
  if (all.some(({ id }) => id === request.id)) return { type: "judged", findings: [], token: null, hasJoined: true };
  const server = all.find(({ id }) => id === state.self);
  if (!server) return { type: "no", why: "The server is not in its own cluster." };
  const { address, pools } = state;
  const { architecture, dockerVersion } = server;
  const names = all.map(({ name }) => name);
  const findings = judgeJoin(request, { address, pools, architecture, dockerVersion, names }, clock.now());
  await store.machines.noteTry(invitation.id, { at: clock.now(), name: request.name, findings });
  const token = isRefused(findings) ? null : await machines.joinToken(signal);
  return { type: "judged", findings, token, hasJoined: false };
}

/**
 * A machine has joined: uses its command up, and renews the secret that it joined with. Resolves with who made the
 * command, and with what the server cannot reach.
 */
export async function noteJoined(
  adapters: Adapters,
  secret: string,
  machine: { readonly id: MachineId; readonly facts: MachineFacts },
): Promise<
  | { readonly type: "joined"; readonly name: string; readonly by: string; readonly findings: readonly JoinFinding[] }
  | NoJoin
> {
  const opened = await open(adapters, secret);
  if (opened.type === "no") return opened;
  const { store, machines, clock, reach } = adapters;
  const signal = AbortSignal.timeout(limitMs);
  const listed = await untilListed(adapters, machine.id, signal);
  if (!listed) return { type: "no", why: "The machine says that it has joined, but the cluster does not list it." };
  if (!(await store.machines.useInvitation(opened.invitation.id, machine, clock.now()))) return usedUp;
  await machines.renewJoinToken(signal);
  const isOpen = await reach.accepts(listed.address, gossipPort, portTimeoutMs);
  const findings = isOpen ? [] : [closed(listed, opened.state.address)];
  return { type: "joined", name: listed.name, by: opened.invitation.createdBy, findings };
}

const usedUp: NoJoin = { type: "no", why: "This command has been used already: make a new one on the Machines page." };

async function open({ store, machines, clock }: Adapters, secret: string): Promise<OpenInvitation | NoJoin> {
  const invitation = await store.machines.findInvitation(secret);
  if (!invitation) return { type: "no", why: "This command is not known: make a new one on the Machines page." };
  if (invitation.usedAt) return usedUp;
  if (invitation.expiresAt <= clock.now()) {
    return { type: "no", why: "This command is too old: make a new one on the Machines page." };
  }
  const state = await machines.state(AbortSignal.timeout(limitMs));
  if (state.type !== "managed") return { type: "no", why: "The server has no cluster that could be joined." };
  return { type: "open", invitation, state };
}

async function untilListed(
  { machines, clock }: Adapters,
  id: MachineId,
  signal: AbortSignal,
): Promise<ClusterMachine | null> {
  const giveUpAt = clock.monotonicMs() + listedWithinMs;
  for (;;) {
    const found = (await machines.machines(signal)).find((one) => one.id === id);
    const isLate = clock.monotonicMs() > giveUpAt;
    if (found && (found.status === "ready" || isLate)) return found;
    if (isLate) return null;
    await clock.sleep(lookEveryMs, signal);
  }
}

function closed({ name, address }: ClusterMachine, server: string): JoinFinding {
  const text = `The server cannot open a connection to ${name} at ${address}, port ${gossipPort}/tcp: let its firewall accept ${gossipPort}/tcp, ${gossipPort}/udp and 4789/udp from ${server} and the other machines.`;
  return { level: "warning", text };
}
