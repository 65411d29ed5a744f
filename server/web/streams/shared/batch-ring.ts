/** What one of a ring's readers has not had yet. */
export interface RingReader {
  /**
   * The next batches, joined as far as they are short; null when there are none. Throws when the ring has failed, and
   * when this reader was so slow that batches were dropped before it took them.
   */
  take(): string | null;
  leave(): void;
}

/** The newest batches of a text, rendered once for all of its readers. Whoever joins begins with the oldest that is kept. */
export interface BatchRing {
  push(text: string, lines: number): void;
  /** Every reader's next `take` throws it. */
  fail(error: unknown): void;
  /** Calls `wake` when there is something to take. */
  join(wake: () => void): RingReader;
  hasReaders(): boolean;
  /** Whether every reader has more than this left to take, in characters. */
  isAheadBy(characters: number): boolean;
}

export interface Kept {
  readonly lines: number;
  readonly characters: number;
}

/** Short batches are taken together, up to about this many characters. */
const joinedUpTo = 32_000;

interface Batch {
  readonly text: string;
  readonly lines: number;
}

interface Reader {
  /** The number of the batch that it takes next. */
  next: number;
  readonly wake: () => void;
}

export function createBatchRing(kept: Kept): BatchRing {
  const readers = new Set<Reader>();
  let batches: Batch[] = [];
  /** The number of the oldest batch that is kept. */
  let first = 0;
  let lines = 0;
  let characters = 0;
  let failure: { readonly error: unknown } | null = null;

  const wakeAll = () => {
    for (const { wake } of [...readers]) wake();
  };

  function dropOld(): void {
    let dropped = 0;
    for (const batch of batches.slice(0, -1)) {
      if (lines <= kept.lines && characters <= kept.characters) break;
      lines -= batch.lines;
      characters -= batch.text.length;
      dropped += 1;
    }
    if (dropped === 0) return;
    batches = batches.slice(dropped);
    first += dropped;
  }

  function take(reader: Reader): string | null {
    if (failure) throw failure.error;
    if (reader.next < first) throw new Error("the reader of a log was too slow");
    const from = reader.next;
    let size = 0;
    while (reader.next < first + batches.length && (size === 0 || size < joinedUpTo)) {
      size += batches[reader.next - first]?.text.length ?? 0;
      reader.next += 1;
    }
    if (reader.next === from) return null;
    return batches
      .slice(from - first, reader.next - first)
      .map(({ text }) => text)
      .join("");
  }

  return {
    push(text, count) {
      batches.push({ text, lines: count });
      lines += count;
      characters += text.length;
      dropOld();
      wakeAll();
    },
    fail(error) {
      failure = { error };
      wakeAll();
    },
    join(wake) {
      const reader = { next: first, wake };
      readers.add(reader);
      return { take: () => take(reader), leave: () => void readers.delete(reader) };
    },
    hasReaders: () => readers.size > 0,
    isAheadBy(limit) {
      const fastest = Math.max(first, ...[...readers].map(({ next }) => next));
      return batches.slice(fastest - first).reduce((sum, { text }) => sum + text.length, 0) > limit;
    },
  };
}
