import { z } from "zod";
import type { ProductId } from "../../model/names/ids.ts";
import type { RepositoryBundles } from "../../ports/backup/repository-bundles.ts";
import { type ArchivedFile, type ArchiveWriter, archived, filesOf } from "./archive-file.ts";
import { openWithPassphrase, sealWithPassphrase } from "./passphrase.ts";

// A backup of the server holds, in this order:
//
//     baton.json              its format, the version of Baton, when it was taken, and the settings in use
//     sealed.age              the key and the proxy's certificates, encrypted with the passphrase
//     database.json           the tables and their columns
//     database/<table>/…      rows, in the text format of COPY
//     repositories/<id>/…     git bundles
//     complete.json           its end: without it, the backup broke off

const aboutSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  at: z.string(),
  settings: z.record(z.string(), z.string()),
});
export type AboutBackup = z.infer<typeof aboutSchema>;

const layoutSchema = z.object({
  migration: z.string(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  sequences: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type ArchivedLayout = z.infer<typeof layoutSchema>;

const endSchema = z.object({ tables: z.number(), repositories: z.number() });
export type BackupEnd = z.infer<typeof endSchema>;

/** Small files that only the passphrase opens, by their path below the data folder. */
export type SealedFiles = Readonly<Record<string, Buffer>>;
const sealedSchema = z.record(z.string(), z.string());

export interface ServerParts {
  readonly about: Omit<AboutBackup, "format">;
  readonly sealed: SealedFiles;
  readonly copyDatabase: (target: {
    begin(layout: ArchivedLayout): Promise<void>;
    table(name: string, rows: AsyncIterable<Buffer>): Promise<void>;
  }) => Promise<void>;
  readonly repositories: Pick<RepositoryBundles, "list" | "bundle">;
}

/** The bytes of a backup. The rows are taken first, so that every commit they name is in the repositories. */
export function writeServerArchive(parts: ServerParts, passphrase: string, signal: AbortSignal): AsyncIterable<Buffer> {
  return archived(async (archive) => {
    await archive.file("baton.json", json({ format: 1, ...parts.about } satisfies AboutBackup));
    const files = Object.entries(parts.sealed).map(([path, content]) => [path, content.toString("base64")]);
    const sealed = Buffer.from(JSON.stringify(Object.fromEntries(files)));
    await archive.file("sealed.age", await sealWithPassphrase(sealed, passphrase));
    const tables = await addDatabase(archive, parts.copyDatabase, signal);
    const products = await parts.repositories.list();
    for (const product of products)
      await archive.stream(`repositories/${product}`, parts.repositories.bundle(product, signal));
    await archive.file("complete.json", json({ tables, repositories: products.length } satisfies BackupEnd));
  });
}

/** Resolves with the number of tables. */
export async function addDatabase(
  archive: ArchiveWriter,
  copyDatabase: ServerParts["copyDatabase"],
  signal?: AbortSignal,
): Promise<number> {
  let tables = 0;
  await copyDatabase({
    begin: (layout) => archive.file("database.json", json(layout)),
    async table(name, rows) {
      signal?.throwIfAborted();
      await archive.stream(`database/${name}`, rows);
      tables++;
    },
  });
  return tables;
}

/** A backup that was read to its end once, so that nothing is restored from a damaged one. */
export interface CheckedArchive {
  readonly about: AboutBackup;
  readonly layout: ArchivedLayout;
  readonly end: BackupEnd;
  /** Null when this is not the passphrase. */
  readonly unseal: (passphrase: string) => Promise<SealedFiles | null>;
}

/** Rejects with one sentence when the backup is damaged, incomplete, or of a newer Baton. */
export async function checkServerArchive(bytes: AsyncIterable<Buffer>): Promise<CheckedArchive> {
  const small = new Map<string, Buffer>();
  for await (const { name, content } of filesOf(bytes)) {
    if (!/^(?:baton|database|complete)\.json$|^sealed\.age$/.test(name)) continue;
    small.set(name, await whole(content));
    if (name === "baton.json") checkFormat(small.get(name));
  }
  const about = read(small, "baton.json", aboutSchema);
  const end = small.has("complete.json") ? read(small, "complete.json", endSchema) : null;
  if (end === null) throw new Error("This backup is incomplete: writing it broke off");
  return {
    about,
    end,
    layout: read(small, "database.json", layoutSchema),
    async unseal(passphrase) {
      const opened = await openWithPassphrase(small.get("sealed.age") ?? Buffer.alloc(0), passphrase);
      if (opened === null) return null;
      const files = Object.entries(sealedSchema.parse(JSON.parse(opened.toString())));
      return Object.fromEntries(files.map(([path, content]) => [path, Buffer.from(content, "base64")]));
    },
  };
}

/** Whatever a later Baton writes there has its own number. */
function checkFormat(content: Buffer | undefined): void {
  const found = z.object({ format: z.number() }).safeParse(parsed(content));
  if (found.success && found.data.format > 1)
    throw new Error("This backup was made by a newer Baton: upgrade this one first");
}

function read<T>(files: ReadonlyMap<string, Buffer>, name: string, schema: z.ZodType<T>): T {
  const found = schema.safeParse(parsed(files.get(name)));
  if (!found.success) throw new Error("This is not a backup of Baton, or it is damaged", { cause: found.error });
  return found.data;
}

function parsed(content: Buffer | undefined): unknown {
  try {
    return JSON.parse(content?.toString() ?? "");
  } catch {
    return null;
  }
}

/** Rejects with one sentence when the archive holds no database. */
export async function layoutIn(bytes: AsyncIterable<Buffer>): Promise<ArchivedLayout> {
  const small = new Map<string, Buffer>();
  for await (const { name, content } of filesOf(bytes)) {
    if (name === "database.json") small.set(name, await whole(content));
  }
  return read(small, "database.json", layoutSchema);
}

/** Reads the rows. They come before the repositories, and reading either skips the other. */
export async function* tablesIn(bytes: AsyncIterable<Buffer>) {
  for await (const { name, file } of below("database/", bytes)) yield { name, rows: file.content };
}

export async function* repositoriesIn(bytes: AsyncIterable<Buffer>) {
  for await (const { name, file } of below("repositories/", bytes)) {
    if (/^[1-9]\d*$/.test(name)) yield { product: Number(name) as ProductId, bundle: file.content };
  }
}

async function* below(folder: string, bytes: AsyncIterable<Buffer>) {
  for await (const file of filesOf(bytes) as AsyncIterable<ArchivedFile>) {
    if (file.name.startsWith(folder)) yield { name: file.name.slice(folder.length), file };
  }
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
