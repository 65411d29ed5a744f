import { type ChildProcess, execFile, type PromiseWithChild, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import Docker from "dockerode";
import { tinyRoot } from "../docker/tiny-image.ts";

const run = promisify(execFile);

/** Computers in one network, each a network namespace with a Docker daemon of its own. */
export interface Lan extends AsyncDisposable {
  readonly computers: readonly Computer[];
  /** The address of this process's own network in the LAN, if it was asked for. */
  readonly hostAddress: string;
}

export interface Computer {
  /** Its hostname. */
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  readonly socket: string;
  readonly docker: Docker;
  /** Runs a program in its network namespace, with its Docker as the default one. */
  run(program: string, args: readonly string[]): PromiseWithChild<{ readonly stdout: string; readonly stderr: string }>;
  /** Takes its network cable out. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Leaves its Swarm, if it is in one. */
  leave(): Promise<void>;
}

export const tinyImage = "tiny:1";
const startTimeoutMs = 60_000;
let lans = 0;

/**
 * Two daemons in different namespaces cannot reach each other through a bridge of this host: its firewall judges what
 * is bridged. So the bridge is in a namespace of its own.
 */
export async function startLan(count: number, options: { readonly joined?: boolean } = {}): Promise<Lan> {
  lans += 1;
  // No other network here starts with it; processes that test at the same time have different ones.
  const network = `10.${96 + lans}.${process.pid % 250}`;
  const prefix = `bl${process.pid}n${lans}`;
  const undo: (() => Promise<unknown>)[] = [];
  const dispose = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const bridge = `${prefix}sw`;
    await addNamespace(bridge, undo);
    await ip("-n", bridge, "link", "add", "br0", "type", "bridge");
    await ip("-n", bridge, "link", "set", "br0", "up");
    if (options.joined) await joinHost(prefix, bridge, `${network}.1`, undo);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const computers = await Promise.all(
      numbers.map(async (number) => {
        const namespace = `${prefix}c${number}`;
        const address = `${network}.${number + 10}`;
        await addNamespace(namespace, undo);
        await ip(
          "link",
          "add",
          "eth0",
          "netns",
          namespace,
          "type",
          "veth",
          "peer",
          "name",
          `c${number}`,
          "netns",
          bridge,
        );
        await ip("-n", bridge, "link", "set", `c${number}`, "master", "br0", "up");
        await ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
        await ip("-n", namespace, "link", "set", "eth0", "up");
        await ip("-n", namespace, "link", "set", "lo", "up");
        return startComputer({ name: `machine-${number}`, address, namespace, bridge, port: `c${number}` }, undo);
      }),
    );
    await giveImage(computers);
    return { computers, hostAddress: `${network}.1`, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const ip = (...args: string[]) => run("ip", args);

async function addNamespace(name: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  await ip("netns", "add", name);
  undo.push(() => ip("netns", "del", name));
}

/** Gives this process's own network a place in the LAN. It goes with the bridge's namespace. */
async function joinHost(prefix: string, bridge: string, address: string, undo: (() => Promise<unknown>)[]) {
  const name = `${prefix.slice(0, 14)}h`;
  await ip("link", "add", name, "type", "veth", "peer", "name", "host", "netns", bridge);
  undo.push(() => ip("link", "del", name).catch(() => {}));
  await ip("-n", bridge, "link", "set", "host", "master", "br0", "up");
  await ip("addr", "add", `${address}/24`, "dev", name);
  await ip("link", "set", name, "up");
}

interface Place extends Pick<Computer, "name" | "address" | "namespace"> {
  readonly bridge: string;
  /** Its port at the bridge. */
  readonly port: string;
}

async function startComputer(place: Place, undo: (() => Promise<unknown>)[]): Promise<Computer> {
  const { name, address, namespace, bridge, port } = place;
  const folder = await mkdtemp(join(tmpdir(), "baton-lan-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "daemon.json"), "{}");
  const socket = join(folder, "docker.sock");
  const options = {
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "exec"),
    pidfile: join(folder, "pid"),
    "config-file": join(folder, "daemon.json"),
    host: `unix://${socket}`,
    "cgroup-parent": `/${namespace}`,
  };
  const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  // `ip netns exec` would mount a new /sys over the control groups.
  const inside = [`--net=/run/netns/${namespace}`, "unshare", "--mount", "--uts"];
  const start = ["sh", "-c", 'hostname "$0" && exec dockerd "$@"', name, ...args];
  const daemon = spawn("nsenter", [...inside, ...start], { stdio: "ignore" });
  undo.push(async () => {
    await stop(daemon);
    await removeControlGroups(namespace);
  });
  const docker = new Docker({ socketPath: socket });
  await untilAnswering(docker, daemon);
  return {
    ...{ name, address, namespace, socket, docker },
    run: (program, programArgs) =>
      run("nsenter", [`--net=/run/netns/${namespace}`, program, ...programArgs], {
        env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
      }),
    unplug: async () => void (await ip("-n", bridge, "link", "set", port, "down")),
    plug: async () => void (await ip("-n", bridge, "link", "set", port, "up")),
    leave: async () => void (await docker.swarmLeave({ force: true }).catch(() => {})),
  };
}

/** The same image for all, with one id: no machine then looks for a registry. */
async function giveImage([first, ...others]: readonly Computer[]): Promise<void> {
  if (!first) return;
  const imported = await first.docker.importImage(await tinyRoot(["/bin/sleep", "/bin/cat"]), {
    repo: "tiny",
    tag: "1",
  });
  await ended(imported);
  await Promise.all(
    others.map(async ({ docker }) => ended(await docker.loadImage(await first.docker.getImage(tinyImage).get()))),
  );
}

const ended = (stream: NodeJS.ReadableStream) =>
  new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject).resume());

async function untilAnswering(docker: Docker, daemon: ChildProcess): Promise<void> {
  const giveUpAt = performance.now() + startTimeoutMs;
  while (!(await docker.ping().catch(() => null))) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`);
    if (performance.now() > giveUpAt) throw new Error("dockerd does not answer");
    await delay(50);
  }
}

/** Docker leaves its parent group behind, in version 1 once for each controller. */
async function removeControlGroups(name: string): Promise<void> {
  const root = "/sys/fs/cgroup";
  for (const group of [name, ...(await readdir(root)).map((controller) => join(controller, name))]) {
    await run("find", [join(root, group), "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]).catch(() => {});
  }
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  daemon.kill("SIGTERM");
  await once(daemon, "exit");
}
