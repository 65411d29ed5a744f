import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceDurably, syncFolder, writeSynced } from "../../files/durable-file.ts";
import { createKey, type Key, keyBytes } from "./secrets.ts";

/**
 * The key file: one key a line, in hexadecimal. It holds several only while the key is being rotated, the oldest first;
 * the database tells which of them is current.
 */
const keyPattern = new RegExp(`^[0-9a-f]{${2 * keyBytes}}$`);

/** Returns null when there is no such file. Throws with one sentence when its content is not a list of keys. */
export function readKeys(file: string): readonly [Key, ...Key[]] | null {
  const text = contentOf(file);
  if (text === null) return null;
  const lines = text.trim().split(/\s*\n\s*/);
  if (!lines.every((line) => keyPattern.test(line))) {
    throw new Error(`The key file ${file} does not hold a key of ${2 * keyBytes} hexadecimal digits`);
  }
  const [first, ...others] = lines.map((line) => createKey(Buffer.from(line, "hex")));
  return first ? [first, ...others] : null;
}

/** Read at once, because a secret may have to be opened with a key that was just added. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`The key file ${file} cannot be read`, { cause: error });
  }
}

/**
 * Creates a key that only the owner can read. It is on disk before it is used, because data encrypted with a lost key
 * is lost. When two processes create one at the same time, both get the same.
 */
export async function createKeyFile(file: string): Promise<Key> {
  const key = newKey();
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeSynced(draft, textOf([key]), "wx");
  try {
    // A link appears whole or not at all, and never replaces an existing file.
    await link(draft, file);
    await syncFolder(dirname(file));
    return key;
  } catch (error) {
    const [existing] = readKeys(file) ?? [];
    if (existing) return existing;
    throw new Error(`The key file ${file} cannot be written`, { cause: error });
  } finally {
    await unlink(draft);
  }
}

/** Replaces the keys in the file, the oldest first. They are on disk when this resolves. */
export async function writeKeys(file: string, keys: readonly Key[]): Promise<void> {
  await replaceDurably(file, textOf(keys));
}

export function newKey(): Key {
  return createKey(randomBytes(keyBytes));
}

const textOf = (keys: readonly Key[]) => keys.map(({ bytes }) => `${bytes.toString("hex")}\n`).join("");
