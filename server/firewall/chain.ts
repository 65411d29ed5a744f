import { dockersChain } from "./packet-filters.ts";
import type { IptablesProgram, Runner } from "./run.ts";

/** Every forwarded packet passes this chain. */
const forwardChain = "FORWARD";
/** Every packet to the host itself passes this one, of which Docker has no chain of its own. */
const inputChain = "INPUT";

/** Has the shape that rules/routing/firewall-rules.ts returns. */
export interface Wanted {
  readonly comment: string;
  readonly forwarded: WantedChain;
  readonly toHost: WantedChain;
}

interface WantedChain {
  readonly chain: string;
  readonly rules: readonly (readonly string[])[];
}

/** The instance's own chains in one packet filter, and the rules that jump to them. */
export function createChains({ comment, forwarded, toHost }: Wanted, runner: Runner, program: IptablesProgram) {
  const forwardedChain = createChain(forwarded, comment, runner, program);
  const hostChain = createChain(toHost, comment, runner, program);

  return {
    /** Resolves with the chain that jumps to the rules for what is forwarded. */
    async ensure(signal: AbortSignal): Promise<string> {
      const hasDocker = await runner.accepts(program, ["-S", dockersChain], signal);
      const parent = hasDocker ? dockersChain : forwardChain;
      await forwardedChain.ensure(parent, signal);
      // Docker had no chain before.
      if (hasDocker) await forwardedChain.removeJumps(forwardChain, signal);
      await hostChain.ensure(inputChain, signal);
      return parent;
    },

    async remove(signal: AbortSignal): Promise<void> {
      await forwardedChain.remove([dockersChain, forwardChain], signal);
      await hostChain.remove([inputChain], signal);
    },
  };
}

function createChain(wanted: WantedChain, comment: string, runner: Runner, program: IptablesProgram) {
  const { chain } = wanted;
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
    async ensure(parent: string, signal: AbortSignal): Promise<void> {
      if (written === null || (await listed(signal)) !== written) {
        await runner.restore(program, wanted, signal);
        written = await listed(signal);
      }
      if (!(await accepts(["-C", parent, ...jump], signal))) await iptables(["-I", parent, "1", ...jump], signal);
    },

    removeJumps,

    async remove(parents: readonly string[], signal: AbortSignal): Promise<void> {
      for (const parent of parents) await removeJumps(parent, signal);
      if ((await listed(signal)) === null) return;
      await iptables(["-F", chain], signal);
      await iptables(["-X", chain], signal);
    },
  };
}
