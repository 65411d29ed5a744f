import { lockSpace, locks } from "./advisory-locks.ts";
import { endNow, openSession } from "./connection.ts";
import { outwardError } from "./database-error.ts";

/** Lets one backup of Baton itself be made at a time, whoever makes it. Null when another is under way. */
export async function holdBackupLock(url: string): Promise<AsyncDisposable | null> {
  const session = openSession({ url, name: "baton backup lock", limited: false });
  const release = () => endNow(session);
  try {
    const [row] = await session<
      { held: boolean }[]
    >`select pg_try_advisory_lock(${lockSpace}::int, ${locks.backup}::int) as held`;
    if (row?.held) return { [Symbol.asyncDispose]: release };
  } catch (error) {
    await release();
    throw outwardError(error);
  }
  await release();
  return null;
}
