import { execFile } from "node:child_process";

/** Docker holds iptables' lock for a while when it starts. */
const waitForLock = ["-w", "5"];
const timeoutMs = 20_000;
const environment = { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", LC_ALL: "C" };

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

  return {
    iptables: (args: readonly string[], signal: AbortSignal) => run(["iptables", ...waitForLock, ...args], signal),

    /** Makes a chain hold exactly these rules, all at once. */
    async restore(chain: string, rules: readonly (readonly string[])[], signal: AbortSignal): Promise<void> {
      const lines = rules.map((rule) => `-A ${chain} ${rule.join(" ")}`);
      const input = ["*filter", `:${chain} - [0:0]`, ...lines, "COMMIT", ""].join("\n");
      await run(["iptables-restore", ...waitForLock, "--noflush"], signal, input);
    },
  };
}
