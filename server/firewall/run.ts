import { execFile } from "node:child_process";

/** Docker holds iptables' lock for a while when it starts. */
const waitForLock = ["-w", "5"];
const timeoutMs = 20_000;
const environment = { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", LC_ALL: "C" };

/** `iptables` is one of the other two, as the administrator has chosen. */
export type IptablesProgram = "iptables" | "iptables-nft" | "iptables-legacy";

export type Runner = ReturnType<typeof createRunner>;

/**
 * Runs iptables, through the `within` command if there is one. Rejects with what iptables says; the cause is Node's own
 * error.
 */
export function createRunner(within: readonly string[]) {
  function run(command: readonly string[], signal: AbortSignal, input = ""): Promise<string> {
    const [program = "", ...args] = [...within, ...command];
    return new Promise((resolve, reject) => {
      const options = { signal, timeout: timeoutMs, env: environment };
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim() || error.message, { cause: error }));
        else resolve(stdout);
      });
      // A program that cannot be started, or ends early, does not read its input.
      child.stdin?.on("error", () => {}).end(input);
    });
  }

  async function succeeds(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    return work.then(
      () => true,
      () => {
        signal.throwIfAborted();
        return false;
      },
    );
  }

  return {
    version: (program: IptablesProgram, signal: AbortSignal) => run([program, "--version"], signal),

    /** The tables that the kernel's older packet filter has, one a line. Rejects when it has none. */
    legacyTables: (signal: AbortSignal) => run(["cat", "/proc/net/ip_tables_names"], signal),

    iptables: (program: IptablesProgram, args: readonly string[], signal: AbortSignal) =>
      run([program, ...waitForLock, ...args], signal),

    /** Whether iptables accepts the command. */
    accepts: (program: IptablesProgram, args: readonly string[], signal: AbortSignal) =>
      succeeds(run([program, ...waitForLock, ...args], signal), signal),

    /** Makes a chain hold exactly these rules, all at once. */
    async restore(
      program: IptablesProgram,
      { chain, rules }: { readonly chain: string; readonly rules: readonly (readonly string[])[] },
      signal: AbortSignal,
    ): Promise<void> {
      const lines = rules.map((rule) => `-A ${chain} ${rule.join(" ")}`);
      const input = ["*filter", `:${chain} - [0:0]`, ...lines, "COMMIT", ""].join("\n");
      await run([`${program}-restore`, ...waitForLock, "--noflush"], signal, input);
    },
  };
}
