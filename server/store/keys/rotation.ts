import { stat } from "node:fs/promises";
import type { KeyRotation, KeyStore } from "../../ports/store/keys.ts";
import { lockBriefly } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { currentKeyId, writeCheck } from "./key-check.ts";
import { newKey, readKeys, writeKeys } from "./key-file.ts";
import { keyIdsOf, lockForeignValues, type SealedKind, type SealedValue, sealedKinds } from "./sealed-values.ts";
import { CannotOpen, type Key, type Seal, type Secrets } from "./secrets.ts";

const batchSize = 50;

interface RotationNeeds {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly keyFile: string;
  /** Called when a step is complete, so that tests can break off between steps. */
  readonly onStep?: (step: "key-written" | "key-current" | "batch" | "all-sealed") => void;
}

/**
 * First the new key is written to the key file, then it becomes current, then secrets are sealed with it in batches, and
 * then the old key leaves the file. Each step can be repeated, so whoever finds a rotation that broke off goes on with
 * it, and several may do so at once.
 */
export function createKeyStore(needs: RotationNeeds): KeyStore {
  return {
    async rotate() {
      const resumed = await finish(needs);
      if (resumed && resumed.unreadable.length === 0) return resumed;
      await begin(needs);
      const rotation = await finish(needs);
      return rotation ? { ...rotation, isResumed: false } : { isResumed: false, counts: {}, unreadable: [] };
    },
    finishRotation: () => finish(needs),
  };
}

async function begin(needs: RotationNeeds): Promise<void> {
  const { keyFile, onStep } = needs;
  await asItsOwner(keyFile);
  await alone(needs, async (tx) => {
    const keys = keysIn(keyFile, await currentKeyId(tx));
    const next = newKey();
    await writeKeys(keyFile, [...keys, next]);
    onStep?.("key-written");
    await writeCheck(tx, next);
  });
  onStep?.("key-current");
}

async function finish(needs: RotationNeeds): Promise<KeyRotation | null> {
  const { database, keyFile, onStep } = needs;
  const current = await database.read(currentKeyId);
  if (keysIn(keyFile, current).length === 1) return null;
  await asItsOwner(keyFile);
  const counts: Record<string, number> = {};
  const unreadable: string[] = [];
  for (const kind of sealedKinds) {
    const sealed = await sealAgain(needs, kind);
    if (sealed.count > 0) counts[kind] = sealed.count;
    unreadable.push(...sealed.unreadable);
  }
  onStep?.("all-sealed");
  const used = new Set(await database.read(usedKeyIds));
  await alone(needs, async (tx) => {
    // If another rotation has begun meanwhile, it removes what it can when it ends.
    if ((await currentKeyId(tx)) !== current) return;
    const keys = keysIn(keyFile, current);
    const kept = keys.filter(({ id }) => id === current || used.has(id));
    if (kept.length < keys.length) await writeKeys(keyFile, kept);
  });
  return { isResumed: true, counts, unreadable };
}

async function sealAgain(
  needs: RotationNeeds,
  kind: SealedKind,
): Promise<{ readonly count: number; readonly unreadable: readonly string[] }> {
  const { database, secrets, onStep } = needs;
  const unreadable: string[] = [];
  let count = 0;
  let after: readonly string[] | null = null;
  for (;;) {
    const from: readonly string[] | null = after;
    const batch = await database.write(async ({ tx }) => {
      const seal = await secrets.sealing(tx);
      const currentId = (await currentKeyId(tx)) ?? "";
      const values = await lockForeignValues(tx, kind, { currentId, after: from, limit: batchSize });
      const failed: string[] = [];
      for (const value of values) {
        if (!(await sealOne(tx, value, seal, secrets))) failed.push(`${value.owner.kind} ${value.owner.id}`);
      }
      return { size: values.length, last: values.at(-1)?.key ?? null, failed };
    });
    count += batch.size - batch.failed.length;
    unreadable.push(...batch.failed);
    after = batch.last;
    if (batch.size > 0) onStep?.("batch");
    if (batch.size < batchSize) return { count, unreadable };
  }
}

async function sealOne(tx: Queries, value: SealedValue, seal: Seal, secrets: Secrets): Promise<boolean> {
  let text: string;
  try {
    text = secrets.open(value.owner, value.sealed);
  } catch (error) {
    if (error instanceof CannotOpen) return false;
    throw error;
  }
  await value.replaceWith(tx, seal(value.owner, text));
  return true;
}

async function usedKeyIds(queries: Queries): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const kind of sealedKinds) ids.push(...(await keyIdsOf(queries, kind)));
  return ids;
}

/** Runs this while nobody seals a secret. */
function alone({ database }: RotationNeeds, work: (tx: Queries) => Promise<void>): Promise<void> {
  return database.write(async ({ tx }) => {
    await lockBriefly(tx, "key");
    await work(tx);
  });
}

/** Throws with one sentence when the current key is not among them, so that a file that was mixed up stays as it is. */
function keysIn(keyFile: string, current: string | null): readonly Key[] {
  const keys = readKeys(keyFile);
  if (!keys) throw new Error(`The key file ${keyFile} is missing`);
  if (keys.some(({ id }) => id === current)) return keys;
  throw new Error(`The key file ${keyFile} lacks the key that this database's secrets are encrypted with: restore it`);
}

/** A file that another user writes anew could not be read by the server any more. */
async function asItsOwner(keyFile: string): Promise<void> {
  const { uid } = await stat(keyFile);
  if (process.getuid && uid !== process.getuid()) {
    throw new Error(`The key file ${keyFile} belongs to the user with id ${uid}: rotate the key as that user`);
  }
}
