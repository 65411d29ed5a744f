import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { HostPackagesUnavailable } from "../ports/host/host-packages.ts";
import { type Command, CommandFailed, runCommand } from "./run-command.ts";
import { readAndForget, type TemporaryFolder } from "./temporary-folder.ts";

/**
 * Downloads the newest version of an npm package in a range with `npm pack`, as a tar stream. `folder` is removed when
 * the stream ends.
 */
export async function npmPackage(
  name: string,
  range: string,
  folder: TemporaryFolder,
  environment: Command["environment"],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Readable> {
  const wanted = `${name}@${range}`;
  const args = ["pack", wanted, "--pack-destination", folder.path, "--ignore-scripts", "--loglevel=error"];
  try {
    await runCommand({ program: "npm", args, cwd: folder.path, environment }, onLine, signal);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const said = error.missing
      ? "npm is missing"
      : (error.lastLines.find((line) => /^npm error(?! code)/.test(line)) ?? error.message);
    throw new HostPackagesUnavailable(`the npm package ${wanted} cannot be fetched: ${said}`, { cause: error });
  }

  const archive = (await readdir(folder.path)).find((file) => file.endsWith(".tgz"));
  if (!archive) throw new HostPackagesUnavailable(`npm packed nothing for ${wanted}`);
  const files = createGunzip();
  pipeline(createReadStream(join(folder.path, archive)), files, () => undefined);
  return readAndForget(files, folder);
}
