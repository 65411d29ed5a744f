import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "./git-client.ts";
import { processesWith } from "./processes.ts";
import { createStored, makeTreeBomb } from "./stored.ts";

/** Starts a git that runs an endless computation without I/O, so that no closed pipe would end it. */
const victim = `
import { createGitProcesses } from "./server/git/process/git-process.js";
const [repository, commit, searchPath] = process.argv.slice(2);
const processes = createGitProcesses({ searchPath });
processes.spawn({ repository, args: ["ls-tree", "-r", commit] }, new AbortController().signal);
process.stdout.write("started");
`;

test("git dies with a Baton that is killed", async () => {
  const compiled = await temporaryFolder("baton-compiled-");
  onTestFinished(() => rm(compiled, { recursive: true, force: true }));
  const project = {
    extends: resolve("tsconfig.build.json"),
    compilerOptions: {
      rootDir: resolve("."),
      outDir: compiled,
      typeRoots: [resolve("node_modules/@types")],
      incremental: false,
      noCheck: true,
    },
    files: [resolve("server/git/process/git-process.ts")],
    include: [],
  };
  await writeFile(join(compiled, "tsconfig.json"), JSON.stringify(project));
  await promisify(execFile)(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", compiled]);
  await writeFile(join(compiled, "package.json"), '{ "type": "module" }');
  await writeFile(join(compiled, "victim.js"), victim);

  await using stored = await createStored();
  const commit = await makeTreeBomb(stored, null, 12);
  const searchPath = process.env.PATH ?? "";
  const baton = spawn(process.execPath, [join(compiled, "victim.js"), stored.repository, commit, searchPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(baton.stdout, "data");
  const gits = async () => (await processesWith(commit)).filter((id) => id !== baton.pid);
  onTestFinished(async () => {
    for (const id of await gits()) process.kill(id, "SIGKILL");
  });
  await vi.waitFor(async () => expect(await gits()).toHaveLength(1));
  baton.kill("SIGKILL");
  await once(baton, "exit");
  await vi.waitFor(async () => expect(await gits()).toEqual([]), { timeout: 5_000 });
});
