import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SetUpProblem } from "./problem.mjs";
import { indent, run } from "./run.mjs";

export const sourceFolders = ["server", "views", "builder"];
const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** TypeScript to JavaScript in .build/, when what is there was not made from these sources. */
export async function build(root, announce) {
  const output = join(root, ".build");
  const stamp = join(output, "sources.sha256");
  const sources = await fingerprint(root);
  if ((await readFile(stamp, "utf8").catch(() => null)) === sources) return {};
  announce("compiling");
  // A file whose source is gone must not be found any more.
  await rm(output, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { code, output: said } = await run(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root });
  if (code !== 0) throw new SetUpProblem(`The sources do not compile:\n\n${indent(said)}`);
  await writeFile(stamp, sources);
  return { did: "compiled" };
}

/** By content: times tell little after a checkout, a copy or a deleted file. */
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
