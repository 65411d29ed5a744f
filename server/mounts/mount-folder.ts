import { chmod, lstat, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { serviceFileName } from "../model/names/service-name.ts";
import type { MountFiles, MountRef } from "../ports/host/mount-files.ts";

/**
 * Implements the MountFiles port in one folder: `<folder>/<deployment>/<service>/<index>/…`. Each entry is written
 * beside its place and renamed into it, so that whatever exists is complete.
 */
export function createMountFolder({ folder }: { readonly folder: string }): MountFiles {
  async function put(place: MountRef, name: string, make: (path: string) => Promise<void>): Promise<string> {
    const path = join(folder, String(place.deployment), serviceFileName(place.service), String(place.index));
    if (await isThere(path)) return join(path, name);
    const unfinished = `${path}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished);
    await make(join(unfinished, name));
    await rename(unfinished, path);
    return join(path, name);
  }

  return {
    putFolder: (place, files) => put(place, "folder", (path) => unpack(files, path)),

    putFile: (place, name, mode, content) =>
      put(place, name, async (path) => writeWithMode(path, await content(), mode)),

    async remove(deployment, except) {
      const own = join(folder, String(deployment));
      const services = await readdir(own).catch(() => []);
      const staying = new Set([...except].map(serviceFileName));
      const going = services.filter((service) => !staying.has(service));
      await Promise.all(going.map((service) => rm(join(own, service), { recursive: true, force: true })));
      if (going.length === services.length) await rm(own, { recursive: true, force: true });
    },
  };
}

/**
 * A new folder contains no links, and the archive's links are created last, none of them below another. Nothing is
 * therefore ever written through a link.
 */
async function unpack(files: () => Readable, folder: string): Promise<void> {
  await makeFolder(folder);
  // Opened only now: an archive that breaks off at once would find nobody who listens, and end the server.
  const tar = files();
  const links = new Map<string, string>();
  const entries = extract();
  tar.on("error", (error) => entries.destroy(error));
  tar.pipe(entries as unknown as Writable);
  for await (const entry of entries) {
    const { name, type, mode = 0o644, linkname } = entry.header;
    const path = inside(folder, name);
    if (type === "symlink" && linkname) {
      if (links.has(path)) throw new Error(`${name} is in the archive twice`);
      links.set(path, linkname);
    }
    if (type === "file") {
      await makeFolder(dirname(path));
      await writeWithMode(path, await buffer(entry), mode & 0o111 ? 0o755 : 0o644);
    } else {
      entry.resume();
    }
  }
  for (const path of links.keys()) {
    if (isBelowOne(links, path, folder)) {
      throw new Error(`${relative(folder, path)} would be written through a link`);
    }
  }
  for (const [path, target] of links) {
    await makeFolder(dirname(path));
    await symlink(target, path);
  }
}

function isBelowOne(links: ReadonlyMap<string, string>, path: string, folder: string): boolean {
  for (let above = dirname(path); above.length > folder.length; above = dirname(above)) {
    if (links.has(above)) return true;
  }
  return false;
}

function inside(folder: string, name: string): string {
  const segments = name.split("/");
  if (name.startsWith("/") || segments.includes("..")) throw new Error(`${name} would leave its folder`);
  return join(folder, ...segments);
}

/** Ignores this process's umask: other users, inside the container, must be able to enter. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
    await chmod(made, 0o755);
  }
}

async function writeWithMode(path: string, content: Buffer, mode: number): Promise<void> {
  await writeFile(path, content, { flag: "wx" });
  await chmod(path, mode);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
