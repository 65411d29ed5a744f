import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { HostPackagesUnavailable, type HostProgram } from "../ports/host/host-packages.ts";
import { elfInterpreter } from "./elf-interpreter.ts";
import { type Command, CommandFailed, runCommand } from "./run-command.ts";

/** Reads a program of this machine, by path or by name on PATH, and the libraries that it loads. */
export async function hostProgram(
  nameOrPath: string,
  environment: Command["environment"],
  signal: AbortSignal,
): Promise<HostProgram> {
  const path = await find(nameOrPath, environment.PATH ?? "");
  if (path === null) throw new HostPackagesUnavailable(`there is no program ${nameOrPath} on this machine`);
  const content = await readFile(path);
  const loader = elfInterpreter(content);
  const libraries = new Map<string, Buffer>();
  for (const library of loader === null ? [] : await librariesOf(path, loader, environment, signal)) {
    libraries.set(library, await readFile(library));
  }
  return { content, libraries };
}

async function find(nameOrPath: string, searchPath: string): Promise<string | null> {
  const folders = searchPath.split(delimiter).filter(Boolean);
  for (const path of isAbsolute(nameOrPath) ? [nameOrPath] : folders.map((folder) => join(folder, nameOrPath))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}

/** Asks the loader itself what it would load, and from where: `libc.so.6 => /lib/…/libc.so.6 (0x7f…)`. */
async function librariesOf(
  path: string,
  loader: string,
  environment: Command["environment"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const libraries = new Set([loader]);
  const onLine = (line: string) => {
    const library = /(?:^|=>)\s*(\/\S+) \(0x/.exec(line)?.[1];
    if (library) libraries.add(library);
  };
  try {
    await runCommand({ program: loader, args: ["--list", path], cwd: "/", environment }, onLine, signal);
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new HostPackagesUnavailable(`the libraries of ${path} cannot be found: ${cause.message}`, { cause });
  }
  return [...libraries];
}
