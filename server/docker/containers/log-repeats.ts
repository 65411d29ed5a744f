import type { LogLine } from "../../ports/engine/containers.ts";

interface Followed {
  last: string;
  /** The last line that was given out before the repetition; set while lines are being repeated. */
  mark: string | null;
}

/**
 * Tells whether a line has been given out before. When a log file is full, Docker begins a new one and sends some lines
 * to followers a second time (seen with 20.10: 13,000 of 100,000). Within a stream times only grow, so lines older than
 * the last one are repeats. The exception is a last line that lies in the future: then the clock was set back. `stamp`
 * is as Docker writes it: 30 characters whose text order is the order in time.
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
