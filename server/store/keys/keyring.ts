import { lockShared } from "../postgres/advisory-locks.ts";
import { currentKeyId } from "./key-check.ts";
import { readKeys } from "./key-file.ts";
import { foreignKey, type Key, keyIdIn, type Secrets } from "./secrets.ts";

/**
 * The keys of the key file. It is read again whenever a secret names a key that is not known yet, so that a running
 * server follows a rotation that another process carries out. Keys that have left the file still open what was read
 * before.
 */
export function createKeyring(keyFile: string, keys: readonly Key[], first: Key): Secrets {
  const known = new Map<string, Key>([first, ...keys].map((key) => [key.id, key]));
  const find = (id: string | null): Key | undefined => {
    if (id === null || known.has(id)) return known.get(id ?? "");
    for (const key of readKeys(keyFile) ?? []) known.set(key.id, key);
    return known.get(id);
  };

  return {
    async sealing(tx) {
      await lockShared(tx, "key");
      // A separate statement, so that it sees what was committed while the first one waited for the lock.
      const current = await currentKeyId(tx);
      const key = current === null ? first : find(current);
      if (!key)
        throw new Error(`The key file ${keyFile} lacks the key that this database's secrets are encrypted with`);
      return key.seal;
    },

    open(owner, sealed) {
      const key = find(keyIdIn(sealed));
      if (!key) throw foreignKey(owner);
      return key.open(owner, sealed);
    },
  };
}
