import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { makeGroups, parseHierarchies, removeGroups } from "../../../bin/other-docker/cgroups.mjs";

/** A machine that was booted with systemd. */
export interface SystemdMachine {
  /** Runs a program there, with its output; rejects with that when it fails. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts one that goes on. */
  start(command: string, args: readonly string[], options?: RunOptions): ChildProcess;
  end(): Promise<void>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const systemd = "/lib/systemd/systemd";
const bootTimeoutMs = 60_000;
const outputLimit = 4_000_000;
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Why there can be none here; null when there can. */
export function whyNoSystemd(): string | null {
  if (process.getuid?.() !== 0) return "Only root can boot a machine.";
  if (!existsSync(systemd)) return "systemd is not installed here.";
  return existsSync("/usr/sbin/dockerd") ? null : "docker.io is not installed here.";
}

/** Units that concern hardware, or others on this machine. */
const masked = [
  ...["systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket"],
  ...["systemd-udev-trigger.service", "systemd-logind.service", "systemd-modules-load.service"],
  ...["getty@.service", "console-getty.service", "systemd-networkd.service", "systemd-resolved.service"],
  ...["systemd-timesyncd.service", "sys-kernel-debug.mount", "sys-kernel-config.mount", "sys-kernel-tracing.mount"],
  ...[
    "proc-sys-fs-binfmt_misc.automount",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "postgresql.service",
  ],
];

/**
 * Joins control groups, so that the new namespace of them begins there; then makes a root that has this machine's
 * files. What is changed there is in memory, but for Docker's images.
 */
const boot = `
folder=$1; shift
while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift
exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child -- sh -ec '
  folder=$1; shift
  root=$folder/memory/root
  mount -t tmpfs -o mode=755 tmpfs "$folder/memory"
  mkdir "$folder/memory/changes" "$folder/memory/work" "$root"
  mount -t overlay -o "lowerdir=/,upperdir=$folder/memory/changes,workdir=$folder/memory/work" overlay "$root"
  cd "$root"
  mkdir -p old var/lib/docker
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  mount --rbind /dev dev
  mount --bind "$folder/docker" var/lib/docker
  while [ "$1" != -- ]; do mkdir -p ".$1"; mount -t "$2" ${"$"}{3:+-o "$3"} "$2" ".$1"; shift 3; done; shift
  for unit; do ln -sf /dev/null "etc/systemd/system/$unit"; done
  # It is made anew, so that the log is this machine alone.
  : > etc/machine-id
  ip link set lo up
  pivot_root . old
  umount -l /old
  exec env -i container=baton-test PATH=${path} ${systemd} --unit=basic.target
' sh "$folder" "$@"
`;

/** Boots a machine with this one's files and programs, without its network. It ends with this process at the latest. */
export async function bootMachine(): Promise<SystemdMachine> {
  const folder = await mkdtemp(join(tmpdir(), "baton-systemd-"));
  for (const name of ["memory", "docker"]) await mkdir(join(folder, name));
  const hierarchies: readonly { at: string; type: string; options: string }[] = parseHierarchies(
    await readFile("/proc/self/mountinfo", "utf8"),
  );
  const groups: readonly string[] = await makeGroups(hierarchies, basename(folder));
  const base = "/sys/fs/cgroup";
  const mounts = [
    ...(hierarchies.some(({ at }) => at === base) ? [] : [[base, "tmpfs", "mode=755"]]),
    ...hierarchies.map(({ at, type, options }) => [at, type, options]),
  ].flat();
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "sh", "-ec", boot, "sh", folder, ...groups, "--", ...mounts, "--", ...masked],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = once(child, "close");
  const end = async () => {
    child.kill("SIGKILL");
    await ended;
    await removeGroups(groups);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const pid = await untilBooted(child, () => said);
    return { ...programsIn(pid), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Resolves with the process that is systemd. */
async function untilBooted(child: ChildProcess, said: () => string): Promise<number> {
  const giveUpAt = performance.now() + bootTimeoutMs;
  for (;;) {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").catch(() => "");
    const pid = Number(children.trim().split(" ")[0]);
    const ask = ["show", "--property=SystemState", "--value"];
    const state = pid > 0 ? await programsIn(pid).run("systemctl", ask).catch(String) : "";
    if (/^(?:running|degraded)$/m.test(state)) return pid;
    if (child.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`systemd does not boot: ${said()}\n${state}`);
    await delay(100);
  }
}

function programsIn(pid: number): Pick<SystemdMachine, "run" | "start"> {
  const enter = (command: string, args: readonly string[], { cwd = "/", env = {} }: RunOptions = {}) => {
    const variables = Object.entries({ PATH: path, HOME: "/root", ...env }).map(([name, value]) => `${name}=${value}`);
    const target = [`--target=${pid}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root"];
    return [...target, `--wdns=${cwd}`, "--", "env", "-i", ...variables, command, ...args];
  };
  return {
    async run(command, args, options) {
      const output = promisify(execFile)("nsenter", enter(command, args, options), { maxBuffer: outputLimit });
      const { stdout, stderr } = await output.catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${command} ${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}`);
      });
      return `${stdout}${stderr}`;
    },
    start: (command, args, options) => spawn("nsenter", enter(command, args, options), { stdio: "ignore" }),
  };
}
