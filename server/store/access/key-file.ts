import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder, writeSynced } from "../../files/durable-file.ts";
import { keyBytes } from "./secrets.ts";

const keyPattern = new RegExp(`^[0-9a-f]{${2 * keyBytes}}$`);

/** Resolves with null when there is no such file. Rejects with one sentence when its content is not a key. */
export async function readKey(file: string): Promise<Buffer | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Error(`The key file ${file} cannot be read`, { cause: error });
  });
  if (text === null) return null;
  if (!keyPattern.test(text.trim())) {
    throw new Error(`The key file ${file} does not hold a key of ${2 * keyBytes} hexadecimal digits`);
  }
  return Buffer.from(text.trim(), "hex");
}

/**
 * Creates a key that only the owner can read. It is on disk before it is used, because data encrypted with a lost key
 * is lost. When two processes create one at the same time, both get the same.
 */
export async function createKey(file: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeSynced(draft, `${key.toString("hex")}\n`, "wx");
  try {
    // A link appears whole or not at all, and never replaces an existing file.
    await link(draft, file);
    await syncFolder(dirname(file));
    return key;
  } catch (error) {
    const existing = await readKey(file);
    if (existing) return existing;
    throw new Error(`The key file ${file} cannot be written`, { cause: error });
  } finally {
    await unlink(draft);
  }
}
