import type { PacketFilter } from "../ports/host/firewall.ts";
import type { IptablesProgram, Runner } from "./run.ts";

/** Docker evaluates this chain before its own rules and leaves its content to others. */
export const dockersChain = "DOCKER-USER";

export interface Filter {
  readonly program: IptablesProgram;
  readonly backend: PacketFilter["backend"];
}

/**
 * The kernel has two packet filters that iptables can write to, and both see every packet. `iptables` stands for one of
 * them. The other one is listed if it has rules: Docker's are there when the choice was changed after Docker started.
 * Rejects when iptables is not installed.
 */
export async function packetFilters(runner: Runner, signal: AbortSignal): Promise<readonly Filter[]> {
  const usual: Filter = { program: "iptables", backend: backendOf(await runner.version("iptables", signal)) };
  const other: Filter =
    usual.backend === "nft"
      ? { program: "iptables-legacy", backend: "legacy" }
      : { program: "iptables-nft", backend: "nft" };
  return (await hasOther(runner, other, signal)) ? [usual, other] : [usual];
}

/** Programs before 1.8 know only the older packet filter and do not name it. */
function backendOf(version: string): PacketFilter["backend"] {
  return /\(nf_tables\)/.test(version) ? "nft" : "legacy";
}

async function hasOther(runner: Runner, { program, backend }: Filter, signal: AbortSignal): Promise<boolean> {
  // A query to the older filter would create its tables, and iptables would then warn about them.
  if (backend === "legacy" && !(await runner.legacyTables(signal).catch(() => "")).includes("filter")) return false;
  return runner.accepts(program, ["-S", dockersChain], signal);
}
