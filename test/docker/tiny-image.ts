import { execFile } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { basename } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { promisify } from "node:util";
import { pack } from "tar-stream";

/**
 * A root file system, as a tar stream for `importImage`, that holds only programs of this host and the libraries that
 * they load. No registry is needed, and a few programs take some 3 MB. `sh` (dash) is always included, so that `RUN`
 * works; pass `process.execPath` to include `node`.
 */
export async function tinyRoot(programs: readonly string[] = ["/bin/sleep", "/bin/cat"]): Promise<Readable> {
  const files = new Map<string, string>([["bin/sh", await realpath("/bin/sh")]]);
  for (const program of programs) files.set(`bin/${basename(program)}`, await realpath(program));
  for (const program of [...files.values()]) {
    for (const library of await librariesOf(program)) files.set(library.slice(1), await realpath(library));
  }

  const tar = pack();
  for (const folder of ["bin", "tmp", "etc", "proc"])
    tar.entry({ name: `${folder}/`, type: "directory", mode: 0o1777 });
  tar.entry({ name: "etc/passwd" }, "root:x:0:0:root:/:/bin/sh\n");
  for (const [name, source] of files) tar.entry({ name, mode: 0o755 }, await readFile(source));
  tar.finalize();
  return tar.pipe(new PassThrough());
}

/** The paths of the libraries that the dynamic linker loads for the program; empty for a static one. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ldd", [program]).catch(() => ({ stdout: "" }));
  return [...stdout.matchAll(/(?:=>\s+|^\s+)(\/\S+)/gm)].flatMap((match) => match[1] ?? []);
}

/** A build context with only these files. */
export function contextOf(files: Readonly<Record<string, string | Buffer>>): Readable {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return tar.pipe(new PassThrough());
}
