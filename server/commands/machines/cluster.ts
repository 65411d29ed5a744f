import { EngineRefused } from "../../ports/engine/engine.ts";
import { addressFault, choosePool } from "../../rules/machines/cluster-address.ts";
import { endFault } from "../../rules/machines/machine-changes.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

const limitMs = 60_000;

/** Begins a cluster with this server as its only machine, at one of its addresses. */
export async function startCluster(
  { machines, engine, reach, subnets }: Uses<"machines" | "engine" | "reach" | "subnets">,
  wanted: { readonly address: string; readonly mayBePublic: boolean },
): Promise<{ readonly type: "started" } | Refused> {
  const signal = AbortSignal.timeout(limitMs);
  const state = await machines.state(signal);
  if (state.type === "managed") return refused("conflict", `there is a cluster already, at ${state.address}`);
  if (state.type === "foreign") return refused("conflict", foreignText);
  if (state.type === "broken") return refused("conflict", `Docker cannot work with its cluster: ${state.why}`);
  const fault = addressFault(wanted, reach.ownAddresses());
  if (fault !== null) return refused("invalid", fault);
  const [{ liveRestore }, used] = await Promise.all([engine.machine(signal), engine.usedSubnets(signal)]);
  if (liveRestore === "on") return refused("conflict", liveRestoreText);
  const pool = choosePool([...used, subnets]);
  if (pool === null) return refused("conflict", "all private networks are in use: none is left for the cluster");
  return unlessRefused(async () => {
    await machines.start({ address: wanted.address, pool }, signal);
    return { type: "started" };
  });
}

/** Ends the cluster of which this server is the only machine. */
export async function endCluster({ machines }: Uses<"machines">): Promise<{ readonly type: "ended" } | Refused> {
  const signal = AbortSignal.timeout(limitMs);
  const state = await machines.state(signal);
  if (state.type !== "managed") return refused("conflict", noClusterText);
  const fault = endFault(await machines.machines(signal), state.self);
  if (fault !== null) return refused("conflict", fault);
  return unlessRefused(async () => {
    await machines.end(signal);
    return { type: "ended" };
  });
}

export const noClusterText = "there is no cluster of this Baton";

const foreignText = "this server's Docker is in a Swarm that this Baton did not begin, and leaves alone";

const liveRestoreText =
  'Docker keeps containers running here while it restarts, which it cannot do in a cluster: set "live-restore" to false in /etc/docker/daemon.json, then run systemctl reload docker';

/** The engine's refusal is the user's answer. */
export async function unlessRefused<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineRefused) return refused("conflict", `Docker refused: ${error.message}`);
    throw error;
  }
}
