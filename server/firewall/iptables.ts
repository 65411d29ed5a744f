import { readFile } from "node:fs/promises";
import type { Firewall, FirewallState } from "../ports/host/firewall.ts";
import { createRunner } from "./run.ts";

/** Has the shape that rules/routing/firewall-rules.ts returns. */
export interface Wanted {
  readonly chain: string;
  readonly comment: string;
  readonly rules: readonly (readonly string[])[];
}

/** Docker evaluates this chain before its own rules and leaves its content to others. */
const dockersChain = "DOCKER-USER";
/** While this is 0, packets within one bridge pass no rule at all. */
const bridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

/**
 * Implements the Firewall port on iptables. All rules are in the instance's own chain, which is replaced as a whole;
 * one rule in Docker's chain jumps to it. When the firewall is off, rules of an earlier start are removed. `within` is
 * a command that runs others in another network namespace, for tests.
 */
export function createFirewall(
  wanted: Wanted,
  { isOff = false, within = [] }: { readonly isOff?: boolean; readonly within?: readonly string[] } = {},
): Firewall {
  const chain = createChain(wanted, within);
  let last: FirewallState | null = null;

  async function set(signal: AbortSignal): Promise<FirewallState> {
    if (isOff) {
      await chain.remove(signal);
      return { type: "off" };
    }
    await chain.ensure(signal);
    if ((await readFile(bridgeFilter, "utf8").catch(() => "0")).trim() === "1") return { type: "held" };
    return { type: "missing", why: "builds can reach each other while net.bridge.bridge-nf-call-iptables is 0" };
  }

  return {
    async apply(signal) {
      try {
        last = await set(signal);
      } catch (error) {
        signal.throwIfAborted();
        last = isOff ? { type: "off" } : { type: "missing", why: reasonOf(error) };
      }
      return last;
    },
    state: () => last,
    remove: chain.remove,
  };
}

function createChain({ chain, comment, rules }: Wanted, within: readonly string[]) {
  const { iptables, restore } = createRunner(within);
  const jump = ["-m", "comment", "--comment", comment, "-j", chain];
  /** The chain as iptables lists it when it is right. Null until it has been written. */
  let written: string | null = null;

  /** Resolves with null when there is no such chain, or when it cannot be listed. */
  async function listed(signal: AbortSignal): Promise<string | null> {
    return iptables(["-S", chain], signal).catch(() => {
      signal.throwIfAborted();
      return null;
    });
  }

  async function succeeds(args: readonly string[], signal: AbortSignal): Promise<boolean> {
    return iptables(args, signal).then(
      () => true,
      () => {
        signal.throwIfAborted();
        return false;
      },
    );
  }

  return {
    async ensure(signal: AbortSignal): Promise<void> {
      if (written === null || (await listed(signal)) !== written) {
        await restore(chain, rules, signal);
        written = await listed(signal);
      }
      if (!(await succeeds(["-C", dockersChain, ...jump], signal))) {
        await iptables(["-I", dockersChain, "1", ...jump], signal);
      }
    },

    async remove(signal: AbortSignal): Promise<void> {
      while (await succeeds(["-D", dockersChain, ...jump], signal));
      if ((await listed(signal)) === null) return;
      await iptables(["-F", chain], signal);
      await iptables(["-X", chain], signal);
    },
  };
}

/** A clause that says why the rules cannot be set. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return "iptables is not installed";
  if (/you must be root|permission denied/i.test(message)) return "Baton does not run as root";
  if (/No chain\/target\/match|does not exist/i.test(message)) return `Docker has no chain ${dockersChain} in iptables`;
  return `iptables says: ${message.split("\n")[0]?.slice(0, 200)}`;
}
