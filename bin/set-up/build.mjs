import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SetUpProblem } from "./console/problem.mjs";
import { indent, run } from "./run.mjs";

export const sourceFolders = ["server", "views", "builder"];
const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** Compiles TypeScript to JavaScript in .build/, unless the output was made from the current sources. */
export async function build(root, announce) {
  const output = join(root, ".build");
  const sources = await fingerprint(root);
  if ((await builtFrom(root)) === sources) return {};
  announce("compiling");
  // Remove output whose source no longer exists.
  await rm(output, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { code, output: said } = await run(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root });
  if (code !== 0) throw new SetUpProblem(`The sources do not compile:\n\n${indent(said)}`);
  await writeFile(stampFile(root), sources);
  return { did: "compiled" };
}

/** Whether the output was made from the current sources. */
export async function isBuilt(root) {
  return (await builtFrom(root)) === (await fingerprint(root));
}

const stampFile = (root) => join(root, ".build/sources.sha256");

/** Returns the fingerprint of the sources at the last compilation; null when there was none. */
const builtFrom = (root) => readFile(stampFile(root), "utf8").catch(() => null);

/** Hashes the content of the sources. Modification times mean little after a checkout, a copy or a deletion. */
export async function fingerprint(root) {
  const listings = await Promise.all(sourceFolders.map((folder) => listSources(root, folder)));
  const files = [...settings, ...listings.flat().sort()];
  const hash = createHash("sha256");
  for (const file of files) {
    const content = await readFile(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

async function listSources(root, folder) {
  const names = await readdir(join(root, folder), { recursive: true });
  return names.filter((name) => /\.(?:tsx?|json)$/.test(name)).map((name) => join(folder, name));
}
