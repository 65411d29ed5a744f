import type { LogLine } from "../../ports/engine.ts";

interface Followed {
  last: string;
  /** While lines are repeated: the last that had been given out. */
  mark: string | null;
}

/**
 * Whether a line has been given out before. When a log file is full Docker begins a new one, and gives whoever follows some
 * of its lines a second time (seen with 20.10: 13,000 of 100,000). Within a stream times only grow, so lines from before
 * the last one are repeated; but not when the last one lies in the future, because then the clock was set back.
 * `stamp` as Docker writes it: 30 characters, in which the order of the text is the order in time.
 */
export function createRepeats(now: () => number): (stream: LogLine["stream"], stamp: string) => boolean {
  const streams = new Map<LogLine["stream"], Followed>();
  return (stream, stamp) => {
    const followed = streams.get(stream) ?? { last: stamp, mark: null };
    streams.set(stream, followed);
    if (followed.mark === null && stamp < followed.last) followed.mark = followed.last;
    if (followed.mark !== null && stamp <= followed.mark && Date.parse(followed.mark) <= now()) return true;
    followed.mark = null;
    followed.last = stamp;
    return false;
  };
}
