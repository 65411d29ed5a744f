import { readFile } from "node:fs/promises";
import type { Firewall, FirewallState } from "../ports/host/firewall.ts";
import { createRunner } from "./run.ts";

/** Chain, comment and rules, as rules/firewall-rules.ts makes them. */
export interface Wanted {
  readonly chain: string;
  readonly comment: string;
  readonly rules: readonly (readonly string[])[];
}

/** Docker leaves it to others, and asks it before its own rules. */
const dockersChain = "DOCKER-USER";
/** Without it, packets within one bridge pass no rule at all. */
const bridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

/**
 * The Firewall port on iptables. All rules are in a chain of the instance's own, which one rule in Docker's chain leads
 * to; the chain is replaced as a whole. When it is off, what an earlier start left is removed. `within` is a command that
 * runs others in another network namespace, for tests.
 */
export function createFirewall(
  { chain, comment, rules }: Wanted,
  { isOff = false, within = [] }: { readonly isOff?: boolean; readonly within?: readonly string[] } = {},
): Firewall {
  const { iptables, restore } = createRunner(within);
  const jump = ["-m", "comment", "--comment", comment, "-j", chain];
  /** As iptables itself writes the chain once it is right; null: it has not been made yet. */
  let written: string | null = null;
  let last: FirewallState | null = null;

  async function find(signal: AbortSignal): Promise<FirewallState> {
    if (isOff) {
      await remove(signal);
      return { type: "off" };
    }
    if (written === null || (await listed(signal)) !== written) {
      await restore(chain, rules, signal);
      written = await listed(signal);
    }
    if (!(await succeeds(["-C", dockersChain, ...jump], signal))) {
      await iptables(["-I", dockersChain, "1", ...jump], signal);
    }
    if ((await readFile(bridgeFilter, "utf8").catch(() => "0")).trim() === "1") return { type: "held" };
    return { type: "missing", why: "builds can reach each other while net.bridge.bridge-nf-call-iptables is 0" };
  }

  async function remove(signal: AbortSignal): Promise<void> {
    while (await succeeds(["-D", dockersChain, ...jump], signal));
    if ((await listed(signal)) === null) return;
    await iptables(["-F", chain], signal);
    await iptables(["-X", chain], signal);
  }

  /** Null: there is no such chain, or it cannot be looked at. */
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
    async apply(signal) {
      try {
        last = await find(signal);
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

/** Why the rules cannot be set, as a clause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return "iptables is not installed";
  if (/you must be root|permission denied/i.test(message)) return "Baton does not run as root";
  if (/No chain\/target\/match|does not exist/i.test(message)) return `Docker has no chain ${dockersChain} in iptables`;
  return `iptables says: ${message.split("\n")[0]?.slice(0, 200)}`;
}
