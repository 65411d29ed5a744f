import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { daemonConfig, parseChoice } from "../../../bin/other-docker/choice.mjs";
import { provideRoot } from "../../../bin/other-docker/root.mjs";
import { runBesideDocker } from "../../../bin/other-docker/run.mjs";

const choice = parseChoice("26");
const runModule = join(import.meta.dirname, "../../../bin/other-docker/run.mjs");

/** A run's plan, for a command of the shell's. */
async function planFor(script: string) {
  const { root } = await provideRoot(choice, () => {});
  return { root, config: daemonConfig(choice), network: false, command: ["/bin/sh", "-c", script] };
}

/** What is left of the run that had this folder for temporary files. */
function leftOf(temporaryFolder: string): readonly string[] {
  const folder = dirname(temporaryFolder);
  const hierarchies = readdirSync("/sys/fs/cgroup", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const groups = ["", ...hierarchies.map(({ name }) => name)].map((name) =>
    join("/sys/fs/cgroup", name, basename(folder)),
  );
  return [folder, ...groups].filter((path) => existsSync(path));
}

test("a command has a Docker, a network and processes of its own, ends with its exit code, and leaves nothing", async () => {
  const lines: string[] = [];
  const look =
    "readlink /proc/self/ns/net; echo $TMPDIR; ls /proc | grep -c '^[0-9]'; test -S /var/run/docker.sock && exit 7";
  const code = await runBesideDocker(await planFor(look), process.env, {
    onOutput: (text: string) => lines.push(...text.split("\n").filter(Boolean)),
  });
  expect(code, lines.join("\n")).toBe(7);
  const [namespace, folder = "", processes] = lines.slice(-3);
  expect(namespace).toMatch(/^net:\[\d+\]$/);
  expect(namespace).not.toBe(await readlink("/proc/self/ns/net"));
  expect(Number(processes)).toBeLessThan(20);
  expect(basename(dirname(folder))).toMatch(/^baton-docker-/);
  expect(leftOf(folder)).toEqual([]);
});

test("nothing is left when the program that began it is killed, either", async () => {
  const script = `import { runBesideDocker } from ${JSON.stringify(runModule)};
    await runBesideDocker(JSON.parse(process.argv[1]), process.env);`;
  const plan = JSON.stringify(await planFor("echo folder $TMPDIR; exec sleep 600"));
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, plan], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    said += text;
    if (/^folder .*\n/m.test(said)) break;
  }
  const folder = /^folder (.*)$/m.exec(said)?.[1] ?? "";
  expect(leftOf(folder)).not.toEqual([]);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(leftOf(folder)).toEqual([]), { timeout: 30_000, interval: 50 });
});
