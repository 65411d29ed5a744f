import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const keeper = fileURLToPath(new URL("keeper.mjs", import.meta.url));

/**
 * Runs a command beside a Docker daemon of its own, both in namespaces of their own: the daemon is the machine's Docker
 * to the command, and listens at the usual socket. The host's daemon, network, packet filter and mounts are not touched.
 * Everything is gone when this resolves, and also soon after this process is killed.
 *
 * @param {object} plan
 * @param {string} plan.root the daemon's programs
 * @param {object} plan.config the daemon's configuration
 * @param {boolean} [plan.containerd] whether containerd is a process of its own, which outlives the daemon
 * @param {number} [plan.restartAfterMs] how long the daemon stays away after it has ended
 * @param {readonly string[]} plan.command
 * @param {boolean} plan.network whether the namespaces reach other machines; needs slirp4netns
 * @param {Record<string, string | undefined>} environment the command's
 * @param {{ stdout?: "inherit" | "pipe", signal?: AbortSignal, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<number>} the command's exit code
 */
export async function runBesideDocker(plan, environment, { signal, onOutput } = {}) {
  const output = onOutput ? "pipe" : "inherit";
  const child = spawn(process.execPath, [keeper, JSON.stringify(plan)], {
    // In a session of its own, so that Ctrl-C on a terminal reaches this process only: the keeper has to clean up.
    detached: true,
    env: environment,
    stdio: ["pipe", output, output],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", onOutput);
  // The keeper ends everything when this pipe closes, which the kernel does when this process dies.
  const stop = () => child.stdin.end();
  child.stdin.on("error", () => {});
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const [code] = await once(child, "close");
  signal?.removeEventListener("abort", stop);
  return code ?? 1;
}
