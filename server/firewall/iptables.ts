import { readFile } from "node:fs/promises";
import type { Firewall, FirewallState, PacketFilter } from "../ports/host/firewall.ts";
import { createChains, type Wanted } from "./chain.ts";
import { dockersChain, type Filter, packetFilters } from "./packet-filters.ts";
import { createRunner, type IptablesProgram, type Runner } from "./run.ts";

/** While this is 0, packets within one bridge pass no rule at all. */
const bridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

/**
 * Implements the Firewall port on iptables. All rules are in two chains of the instance's own, which are replaced as
 * a whole; one rule jumps to each. For what is forwarded, that rule is in Docker's chain, or in FORWARD where Docker has
 * none: with its nftables backend, or with `"iptables": false`. A drop there is final, whatever Docker's own tables accept. When the firewall is off,
 * rules of an earlier start are removed. `within` is a command that runs others in another network namespace, for tests.
 */
export function createFirewall(
  wanted: Wanted,
  { isOff = false, within = [] }: { readonly isOff?: boolean; readonly within?: readonly string[] } = {},
): Firewall {
  const runner = createRunner(within);
  const chains = new Map<IptablesProgram, ReturnType<typeof createChains>>();
  let last: FirewallState | null = null;
  /** Nobody but Baton makes these rules, so what was removed stays removed. */
  let isRemoved = false;

  function chainsIn({ program }: Filter) {
    const chain = chains.get(program) ?? createChains(wanted, runner, program);
    chains.set(program, chain);
    return chain;
  }

  async function remove(signal: AbortSignal): Promise<void> {
    const filters = await packetFilters(runner, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      // Without iptables there are no rules.
      if (isMissing(error)) return [];
      throw error;
    });
    for (const filter of filters) await chainsIn(filter).remove(signal);
  }

  async function hold(signal: AbortSignal): Promise<FirewallState> {
    const filters = await packetFilters(runner, signal);
    const places: PacketFilter[] = [];
    for (const filter of await withDocker(runner, filters, signal)) {
      const chain = await chainsIn(filter).ensure(signal);
      places.push({ backend: filter.backend, chain });
    }
    if ((await readFile(bridgeFilter, "utf8").catch(() => "0")).trim() === "1") return { type: "held", in: places };
    return { type: "missing", why: "builds can reach each other while net.bridge.bridge-nf-call-iptables is 0" };
  }

  return {
    async apply(signal) {
      try {
        if (isOff && !isRemoved) await remove(signal);
        isRemoved = isOff;
        last = isOff ? { type: "off" } : await hold(signal);
      } catch (error) {
        signal.throwIfAborted();
        last = isOff ? { type: "off" } : { type: "missing", why: reasonOf(error) };
      }
      return last;
    },
    state: () => last,
    remove,
  };
}

/** The filters in which Docker has its chain; the usual one when it has none anywhere. */
async function withDocker(runner: Runner, filters: readonly Filter[], signal: AbortSignal): Promise<readonly Filter[]> {
  const found: Filter[] = [];
  for (const filter of filters) {
    if (await runner.accepts(filter.program, ["-S", dockersChain], signal)) found.push(filter);
  }
  return found.length > 0 ? found : filters.slice(0, 1);
}

const isMissing = (error: unknown) => ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";

/** A clause that says why the rules cannot be set. */
function reasonOf(error: unknown): string {
  if (isMissing(error)) return "iptables is not installed";
  const { message } = error as Error;
  if (/you must be root|permission denied/i.test(message)) return "Baton does not run as root";
  return `iptables says: ${message.split("\n")[0]?.slice(0, 200)}`;
}
