import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that lasts as long as the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "baton-set-up-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A stand-in for a program: a script that Node.js runs, under the program's name. */
export async function program(folder: string, name: string, script: string): Promise<string> {
  const file = join(folder, name);
  // The file has no extension, so Node.js looks for the nearest package.json; below the temporary folder it finds none
  // and assumes CommonJS.
  await writeFile(file, `#!${process.execPath}\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

export const saysVersion = (version: string) => `console.log(${JSON.stringify(version)});`;
