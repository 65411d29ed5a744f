import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { contextOf, tinyRoot } from "../docker/tiny-image.ts";

export interface OwnDaemon extends AsyncDisposable {
  readonly socket: string;
  /** Builds one step without a network. Resolves with the daemon's error message; null when the build succeeded. */
  build(command: string): Promise<string | null>;
}

/**
 * Starts a separate daemon whose builds run in control groups of their own, because limits that a test can reach would
 * kill other people's builds. It changes no packet filter. It runs in a network namespace of its own, because a daemon
 * without a bridge removes docker0 when it starts, and the machine's daemon needs that for builds.
 */
export async function startOwnDaemon(cgroupParent: string): Promise<OwnDaemon> {
  const folder = await mkdtemp(join(tmpdir(), "baton-daemon-"));
  await writeFile(join(folder, "daemon.json"), "{}");
  const socket = join(folder, "docker.sock");
  const options = {
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "exec"),
    pidfile: join(folder, "pid"),
    "config-file": join(folder, "daemon.json"),
    host: `unix://${socket}`,
    bridge: "none",
    iptables: "false",
    "ip-masq": "false",
    "cgroup-parent": cgroupParent,
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const daemon = spawn("unshare", ["--net", "dockerd", ...args], { stdio: "ignore" });
  const docker = new Docker({ socketPath: socket });
  while (!(await docker.ping().catch(() => null))) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`);
    await delay(50);
  }
  const image = await docker.importImage(await tinyRoot(["/bin/sleep", "/bin/cat"]), { repo: "tiny", tag: "1" });
  await new Promise((resolve) => image.on("end", resolve).resume());

  return {
    socket,
    async build(command) {
      const context = contextOf({ Dockerfile: `FROM tiny:1\nRUN ${command}\n` });
      const how = { version: "2", networkmode: "none", nocache: true, t: "made" } as const;
      let text = "";
      for await (const chunk of await docker.buildImage(context, how)) text += chunk;
      return /"error":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? null;
    },
    async [Symbol.asyncDispose]() {
      daemon.kill("SIGTERM");
      if (daemon.exitCode === null) await once(daemon, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
