// Runs inside.mjs in namespaces of its own and removes all traces of it afterwards: when it has ended, when the other
// end of standard input is closed, or when this process is asked to stop.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../set-up/console/problem.mjs";
import { searchPath } from "../set-up/run.mjs";
import { delegate, makeGroups, parseHierarchies, removeGroups } from "./cgroups.mjs";
import { connectToNetwork } from "./network.mjs";

const inside = fileURLToPath(new URL("inside.mjs", import.meta.url));

/** Joins the groups that come before "--", then becomes the command after it. */
const joinGroups = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"';
const namespaces = [
  "--net",
  "--mount",
  "--uts",
  "--ipc",
  "--pid",
  "--cgroup",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

await main(async () => {
  const plan = JSON.parse(process.argv[2]);
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => stopping.abort());
  process.stdin.on("close", () => stopping.abort()).resume();

  const folder = await mkdtemp(join(tmpdir(), "baton-docker-"));
  const hierarchies = parseHierarchies(await readFile("/proc/self/mountinfo", "utf8"));
  let groups = [];
  try {
    // Postgres does not run as root and must be able to enter this folder.
    await chmod(folder, 0o755);
    await mkdir(join(folder, "tmp"));
    groups = await makeGroups(hierarchies, basename(folder));
    process.exitCode = await runInside({ ...plan, folder, hierarchies }, groups, stopping.signal);
  } finally {
    await removeGroups(groups);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    process.stdin.destroy();
  }
});

async function runInside(plan, groups, signal) {
  if (signal.aborted) return 1;
  const child = spawnInside(plan, groups);
  // When the first process of a process namespace dies, all others die. The other namespaces end with their last
  // process.
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const ended = once(child, "close");
  let network = null;
  let problem = null;
  child.stdio[4].on("error", () => {});
  child.stdio[3].once("data", async () => {
    try {
      await delegateAll(plan.hierarchies, groups);
      if (plan.network) network = await connectToNetwork(child.pid);
      child.stdio[4].end("connected\n");
    } catch (error) {
      problem = error;
      kill();
    }
  });
  const [code] = await ended;
  await network?.stop();
  if (problem && !signal.aborted) throw problem;
  return code ?? 1;
}

function spawnInside(plan, groups) {
  const init = [join(plan.root, "usr/bin/tini-static"), "--"];
  const command = ["unshare", ...namespaces, "--", ...init, process.execPath, inside, JSON.stringify(plan)];
  return spawn("setpriv", ["--pdeathsig", "KILL", "sh", "-ec", joinGroups, "sh", ...groups, "--", ...command], {
    env: { ...process.env, PATH: searchPath(), TMPDIR: join(plan.folder, "tmp") },
    // The last two: from inside when it is there, to it when it is connected.
    stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"],
  });
}

async function delegateAll(hierarchies, groups) {
  const index = hierarchies.findIndex(({ at, type }) => type === "cgroup2" && at === "/sys/fs/cgroup");
  if (index >= 0) await delegate(groups[index]);
}
