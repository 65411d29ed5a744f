import { chmod, readFile, writeFile } from "node:fs/promises";
import { SetUpProblem } from "../console/problem.mjs";
import { mustRun } from "../run.mjs";

/** @param {import("../machine.mjs").Machine} machine */
export function refuseUnlessPossible({ isRoot, hasSystemd }) {
  if (!hasSystemd) {
    throw new SetUpProblem(
      "systemd is not running here, so Baton can't be installed as a service. Start it with: npm start",
    );
  }
  if (!isRoot) throw new SetUpProblem("Only root can install a service. As root, run: npm run service");
}

/** @param {ReturnType<typeof import("./service-units.mjs").serviceFiles>} files */
export async function installService(files) {
  await refuseOtherBaton(files[0]);
  for (const { path, mode, text } of files) {
    await writeFile(path, text, { mode });
    await chmod(path, mode);
  }
  await mustRun("systemctl", ["daemon-reload"]);
  await mustRun("systemctl", ["enable", "docker.service", "baton-caddy.service", "baton.service"]);
  await mustRun("systemctl", ["restart", "baton.service"]);
}

/** Refuses to overwrite another Baton's service, because a machine has only one service of this name. */
async function refuseOtherBaton({ path, text }) {
  const there = await readFile(path, "utf8").catch(() => text);
  const line = (unit) => /^EnvironmentFile=(.*)$/m.exec(unit)?.[1];
  if (line(there) === line(text)) return;
  throw new SetUpProblem(`${path} belongs to the Baton with ${line(there)}. Remove it first, or use that one.`);
}
