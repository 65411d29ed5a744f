import type { ContainerId } from "../../model/names/ids.ts";
import type { LogLine, LogOptions } from "../../ports/engine/containers.ts";
import { type Daemon, ifThere } from "../host/daemon.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readFrames } from "./log-frames.ts";
import { createRepeats } from "./log-repeats.ts";

/**
 * Yields what a container has printed and goes on to print. Ends at once when the container is gone, and without an
 * error when aborted.
 */
export async function* readLogs(
  daemon: Daemon,
  id: ContainerId,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const query = {
    stdout: true,
    stderr: true,
    follow: options.follow,
    tail: options.tail === null ? "all" : String(options.tail),
    // A follower needs timestamps to recognise repeated lines.
    timestamps: options.timestamps || options.follow,
  };
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const skips: Record<LogLine["stream"], boolean> = { stdout: false, stderr: false };
  const isRepeated = createRepeats(Date.now);
  const begun: Record<LogLine["stream"], Date | null> = { stdout: null, stderr: null };

  try {
    const chunks = await ifThere(daemon.open({ method: "GET", path: `/containers/${id}/logs`, query }, signal));
    if (chunks === null) return;
    for await (const frame of readFrames(chunks)) {
      const { stream } = frame;
      // A frame is one message of the log; a long line takes several, each with its own timestamp.
      const { stamp, rest } =
        frame.first && query.timestamps ? splitTimestamp(frame.bytes) : { stamp: null, rest: frame.bytes };
      if (frame.first) skips[stream] = options.follow && stamp !== null && isRepeated(stream, stamp);
      if (skips[stream]) continue;
      const at = options.timestamps && stamp !== null ? new Date(stamp) : null;
      if (splitters[stream].atLineStart) begun[stream] = at;
      for (const text of splitters[stream].push(rest)) {
        yield { stream, at: begun[stream], text };
        begun[stream] = at;
      }
    }
    for (const stream of ["stdout", "stderr"] as const) {
      for (const text of splitters[stream].flush()) yield { stream, at: begun[stream], text };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Splits a line of the form "2024-05-01T12:00:00.123456789Z text". */
function splitTimestamp(bytes: Buffer): { stamp: string | null; rest: Buffer } {
  const space = bytes.indexOf(0x20);
  const stamp = bytes.toString("latin1", 0, Math.max(space, 0));
  return Number.isNaN(Date.parse(stamp)) ? { stamp: null, rest: bytes } : { stamp, rest: bytes.subarray(space + 1) };
}
