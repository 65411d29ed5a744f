import { dirname } from "node:path/posix";
import { Readable, type Writable } from "node:stream";
import { type Extract, extract, type Header, type Pack, pack } from "tar-stream";
import type { Ingredient } from "../../../../builder/images/base-images.ts";
import type { HostPackages } from "../../../ports/host/host-packages.ts";

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;
type EntryHeader = Partial<Header> & Pick<Header, "name">;

/** Something that has been fetched, and can be written into the tar stream once. */
interface Source {
  /** Adds the paths of its folders to `folders`, and writes those that are not there yet. */
  write(tar: Pack, folders: Set<string>): Promise<void>;
  discard(): void;
}

/** The folder of the files for the image, within a build context of `baseImageFiles`. */
export const filesFolder = "files";

/**
 * The files of a local base image as a tar stream: a root file system, or with a Dockerfile a build context. All
 * downloads are complete when the promise resolves, so that no image is begun that cannot be finished. Rejects with
 * HostPackagesUnavailable.
 */
export async function baseImageFiles(
  ingredients: readonly Ingredient[],
  dockerfile: string | null,
  hostPackages: HostPackages,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Readable> {
  const sources: Source[] = dockerfile === null ? [] : [file({ name: "Dockerfile" }, Buffer.from(dockerfile))];
  const prefix = dockerfile === null ? "" : `${filesFolder}/`;
  try {
    for (const ingredient of ingredients) sources.push(await fetch(ingredient, prefix, hostPackages, onLine, signal));
  } catch (error) {
    all(sources).discard();
    throw error;
  }
  return Readable.from(write(sources), { objectMode: false, signal });
}

async function* write(sources: readonly Source[]): AsyncGenerator<Buffer> {
  const tar = pack();
  // The reader of the stream gets its errors.
  tar.on("error", () => {});
  const writing = all(sources)
    .write(tar, new Set(["."]))
    .then(
      () => tar.finalize(),
      (error: Error) => tar.destroy(error),
    );
  try {
    yield* tar as AsyncIterable<Buffer>;
  } finally {
    all(sources).discard();
    tar.destroy();
    await writing;
  }
}

async function fetch(
  ingredient: Ingredient,
  prefix: string,
  hostPackages: HostPackages,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Source> {
  switch (ingredient.type) {
    case "debian": {
      const { suite, packages, without } = ingredient;
      const root = await hostPackages.debianRoot({ suite, packages }, onLine, signal);
      return archive(root, ({ pax: _, ...header }) => {
        // mmdebstrap writes ./usr/bin. Extended headers are rewritten where they are needed.
        const path = header.name.replace(/^\.\//, "");
        return path === "" || without.test(path) ? null : { ...header, name: prefix + path };
      });
    }
    case "npm": {
      const files = await hostPackages.npmPackage(ingredient.name, ingredient.range, onLine, signal);
      return archive(files, ({ name, type, mode, size }) => {
        const path = type === "file" ? ingredient.place(name.replace(/^package\//, "")) : null;
        // Packages carry the user ids and modes of whoever built them.
        return path === null ? null : { name: prefix + path, size, mode: mode & 0o111 ? 0o755 : 0o644 };
      });
    }
    case "caddy": {
      const { content, libraries } = await hostPackages.caddy(signal);
      const program = file({ name: prefix + ingredient.path, mode: 0o755 }, content);
      const loaded = [...libraries].map(([path, library]) =>
        file({ name: prefix + path.slice(1), mode: 0o755 }, library),
      );
      return all([program, ...loaded]);
    }
    case "certificates":
      return file({ name: prefix + ingredient.path }, await hostPackages.certificates());
    case "text":
      return file({ name: prefix + ingredient.path }, Buffer.from(ingredient.content));
    case "link":
      return file({ name: prefix + ingredient.path, type: "symlink", linkname: ingredient.target }, null);
  }
}

function all(sources: readonly Source[]): Source {
  return {
    async write(tar, folders) {
      for (const source of sources) await source.write(tar, folders);
    },
    discard() {
      for (const source of sources) source.discard();
    },
  };
}

function file(header: EntryHeader, content: Buffer | null): Source {
  return {
    async write(tar, folders) {
      await addFoldersOf(header, tar, folders);
      await addEntry(tar, header, content);
    },
    discard() {},
  };
}

/**
 * Writes the folders that an entry is in, unless they are there. Rootless Docker makes folders that an imported image
 * does not list with a mode of 0600, so that nobody gets at what is in them.
 */
async function addFoldersOf({ name }: EntryHeader, tar: Pack, folders: Set<string>): Promise<void> {
  const folder = dirname(name);
  if (folders.has(folder)) return;
  await addFoldersOf({ name: folder }, tar, folders);
  folders.add(folder);
  await addEntry(tar, { name: `${folder}/`, type: "directory", mode: 0o755 }, null);
}

function addEntry(tar: Pack, header: EntryHeader, content: Buffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content) tar.entry(header, content, done);
    else tar.entry(header, done);
  });
}

/** The entries of another tar stream; `change` returns the header of each, or leaves it out. */
function archive(files: Readable, change: (header: Header) => EntryHeader | null): Source {
  return {
    async write(tar, folders) {
      const entries = extract();
      files.on("error", (error) => entries.destroy(error));
      files.on("close", () => files.readableEnded || entries.destroy(new Error("the archive was abandoned")));
      files.pipe(entries as unknown as Writable);
      for await (const entry of entries) {
        const header = change(entry.header);
        if (header === null) {
          entry.resume();
          continue;
        }
        await addFoldersOf(header, tar, folders);
        if (header.type === "directory" || header.type === "symlink") folders.add(header.name.replace(/\/$/, ""));
        await copyEntry(entry, tar, header);
      }
    },
    discard: () => void files.destroy(),
  };
}

/** Resolves when the whole entry is in the tar stream, which accepts it only as fast as it is read itself. */
function copyEntry(content: Entry, tar: Pack, header: EntryHeader): Promise<void> {
  return new Promise((resolve, reject) => {
    // Also called, with an error, when the tar stream is destroyed.
    const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
    entry.on("error", () => {});
    content.on("error", (error) => entry.destroy(error));
    content.pipe(entry);
  });
}
