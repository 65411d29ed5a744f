import { dockersChain } from "./packet-filters.ts";
import type { IptablesProgram, Runner } from "./run.ts";

/** Every forwarded packet passes this chain. */
const forwardChain = "FORWARD";

/** Has the shape that rules/routing/firewall-rules.ts returns. */
export interface Wanted {
  readonly chain: string;
  readonly comment: string;
  readonly rules: readonly (readonly string[])[];
}

/** The instance's own chain in one packet filter, and the rule that jumps to it. */
export function createChain(wanted: Wanted, runner: Runner, program: IptablesProgram) {
  const { chain, comment } = wanted;
  const jump = ["-m", "comment", "--comment", comment, "-j", chain];
  /** The chain as iptables lists it when it is right. Null until it has been written. */
  let written: string | null = null;

  const iptables = (args: readonly string[], signal: AbortSignal) => runner.iptables(program, args, signal);
  const accepts = (args: readonly string[], signal: AbortSignal) => runner.accepts(program, args, signal);

  /** Resolves with null when there is no such chain, or when it cannot be listed. */
  async function listed(signal: AbortSignal): Promise<string | null> {
    return iptables(["-S", chain], signal).catch(() => {
      signal.throwIfAborted();
      return null;
    });
  }

  async function removeJumps(parent: string, signal: AbortSignal): Promise<void> {
    while (await accepts(["-D", parent, ...jump], signal));
  }

  return {
    /** Resolves with the chain that jumps to the rules. */
    async ensure(signal: AbortSignal): Promise<string> {
      if (written === null || (await listed(signal)) !== written) {
        await runner.restore(program, wanted, signal);
        written = await listed(signal);
      }
      const hasDocker = await accepts(["-S", dockersChain], signal);
      const parent = hasDocker ? dockersChain : forwardChain;
      if (!(await accepts(["-C", parent, ...jump], signal))) await iptables(["-I", parent, "1", ...jump], signal);
      // Docker had no chain before.
      if (hasDocker) await removeJumps(forwardChain, signal);
      return parent;
    },

    async remove(signal: AbortSignal): Promise<void> {
      for (const parent of [dockersChain, forwardChain]) await removeJumps(parent, signal);
      if ((await listed(signal)) === null) return;
      await iptables(["-F", chain], signal);
      await iptables(["-X", chain], signal);
    },
  };
}
