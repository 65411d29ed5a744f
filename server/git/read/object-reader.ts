import { link } from "../../async/linked-abort.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { type Batch, BatchEnded, type GitObject, openBatch } from "./object-batch.ts";

/** Reads objects into memory. */
export interface ObjectReader {
  /**
   * Reads the object that `name` means to git: an id, a full ref, or `<id>:<path>`. It must not contain a line end.
   * Null when there is none. Rejects with the signal's reason.
   */
  read(
    repository: string,
    name: string,
    /** How much of the object's content is returned. */
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<GitObject | null>;
  /** Ends what is kept for the repository, which is about to be removed. */
  release(repository: string): Promise<void>;
}

/** A push is read at its start and at its end, and what it deploys in between. */
const idleMs = 30_000;
/** How many processes wait for the next request. The one that has waited the longest ends first. */
const maxKept = 8;
/** How often a request is made again when git ends in the middle of it for no known reason. */
const maxTries = 2;

/**
 * Asks one git process per repository, which is kept for a while: starting one takes longer than most answers. Answers
 * are held in memory, so that nobody who reads slowly delays the others. Processes end when `closing` aborts; without
 * it, none is kept.
 */
export function createObjectReader(processes: GitProcesses, closing: AbortSignal | undefined): ObjectReader {
  const kept = createKeptBatches(processes, closing);

  async function ask(repository: string, name: string, maxBytes: number): Promise<GitObject | null> {
    for (let tries = 1; ; tries += 1) {
      const batch = kept.get(repository);
      try {
        return await batch.ask(name, maxBytes);
      } catch (error) {
        if (!(error instanceof BatchEnded)) throw error;
        // Another request may have ended it on purpose, which says nothing about this one.
        if (error.isOnPurpose) tries -= 1;
        else if (tries === maxTries) throw error;
      } finally {
        await kept.put(repository, batch);
      }
    }
  }

  return {
    async read(repository, name, maxBytes, signal) {
      using waiting = link(signal);
      return await Promise.race([ask(repository, name, maxBytes), waiting.rejection]);
    },
    release: kept.release,
  };
}

interface Kept {
  readonly batch: Batch;
  uses: number;
  idle: NodeJS.Timeout | null;
}

/** Lends the process of a repository to everybody who asks at the same time. */
function createKeptBatches(processes: GitProcesses, closing: AbortSignal | undefined) {
  /** The one that was used last comes last. */
  const all = new Map<string, Kept>();
  closing?.addEventListener("abort", () => void Promise.all([...all.keys()].map(release)), { once: true });

  function open(repository: string): Kept {
    const batch = openBatch(processes, repository);
    return { batch, uses: 0, idle: null };
  }

  async function release(repository: string): Promise<void> {
    const kept = all.get(repository);
    if (!kept) return;
    if (kept.idle) clearTimeout(kept.idle);
    all.delete(repository);
    await kept.batch.end();
  }

  async function endOldest(): Promise<void> {
    if (all.size <= maxKept) return;
    const [oldest] = [...all].find(([, { uses }]) => uses === 0) ?? [];
    if (oldest !== undefined) await release(oldest);
  }

  return {
    release,

    get(repository: string): Batch {
      const found = all.get(repository);
      const kept = found && !found.batch.hasEnded ? found : open(repository);
      if (found !== kept && found?.idle) clearTimeout(found.idle);
      if (kept.idle) clearTimeout(kept.idle);
      kept.uses += 1;
      all.delete(repository);
      all.set(repository, kept);
      return kept.batch;
    },

    async put(repository: string, batch: Batch): Promise<void> {
      const kept = all.get(repository);
      // It has ended, and another one may have taken its place.
      if (kept?.batch !== batch) return;
      kept.uses -= 1;
      if (kept.uses > 0) return;
      if (batch.hasEnded || !closing || closing.aborted) return release(repository);
      kept.idle = setTimeout(() => void release(repository), idleMs).unref();
      await endOldest();
    },
  };
}
