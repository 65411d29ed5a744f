import { statSync, truncateSync } from "node:fs";
import { Writable } from "node:stream";
import pino, { type Logger } from "pino";

/** A start empties a log file that is larger than this. */
const longestFileBytes = 20 * 1024 * 1024;
/** How much may wait to be written, for example while the disk is full; more is dropped. */
const maxWaitingBytes = 1024 * 1024;

/** Writes everything as JSON lines to a file, and what needs attention also as a sentence to the terminal. */
export function createServerLog(level: string, file: string, terminal: NodeJS.WritableStream): Logger {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > longestFileBytes) truncateSync(file);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream([
      { level: "trace", stream: lossyFile(file, terminal) },
      { level: "warn", stream: sentences(terminal) },
    ]),
  );
}

/**
 * A log that cannot be written is no reason to stop serving: entries that do not fit are dropped, counted and reported.
 */
function lossyFile(file: string, terminal: NodeJS.WritableStream) {
  const stream = pino.destination({ dest: file, mkdir: true, sync: false, maxLength: maxWaitingBytes });
  let lost = 0;
  let isBroken = false;
  stream.on("error", (error) => {
    if (!isBroken) terminal.write(`  ${file} cannot be written, so log entries are lost: ${error.message}\n`);
    isBroken = true;
  });
  stream.on("drop", () => lost++);
  stream.on("write", () => {
    if (isBroken) terminal.write(`  ${file} can be written again; entries lost: ${lost}\n`);
    isBroken = false;
    lost = 0;
  });
  return stream;
}

function sentences(terminal: NodeJS.WritableStream): Writable {
  return new Writable({
    write(line: Buffer, _encoding, done) {
      terminal.write(`  ${sentence(line.toString())}\n`);
      done();
    },
  });
}

function sentence(json: string): string {
  const entry: { msg?: string; err?: { message?: string } } = JSON.parse(json);
  return entry.err?.message ? `${entry.msg}: ${entry.err.message}` : (entry.msg ?? json.trim());
}
