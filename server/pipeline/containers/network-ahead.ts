import { containersOf } from "../../rules/rollout/replicas.ts";
import { runsAlone } from "../../rules/rollout/solo.ts";
import { prefixFor } from "../../rules/routing/subnets.ts";
import { type DeploymentContext, type NetworkAhead, ownerOf } from "../context/context.ts";
import { prepareOwnNetwork } from "./networks.ts";

/** Longer than the daemon is given for one answer, so that it has answered when nobody waits any more. */
const timeoutMs = 60_000;

/** It is not cancelled with the deployment: the daemon would still make the network, after everything was removed. */
export function createNetworkAhead(context: Omit<DeploymentContext, "networkAhead">): NetworkAhead {
  let making = Promise.resolve();
  let prefixMade = Number.POSITIVE_INFINITY;
  return {
    begin(services) {
      making = making
        .then(async () => {
          const prefix = prefixFor(containersOf(services));
          const isAlone = runsAlone(services);
          if (context.signal.aborted || (!isAlone && prefixMade <= prefix)) return;
          const own = { ...context, signal: context.clock.timeout(timeoutMs) };
          await prepareOwnNetwork(own, ownerOf(context), services);
          if (!isAlone) prefixMade = prefix;
        })
        .catch(() => {});
    },
    settled: () => making,
  };
}
