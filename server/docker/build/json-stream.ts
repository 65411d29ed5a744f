import { EngineUnavailable } from "../../ports/engine/engine.ts";

/** The fields that Baton reads of Docker's `jsonmessage`, which builds, pulls and imports send line by line. */
export interface ProgressMessage {
  /** Output of the classic builder. */
  readonly stream?: string;
  /** For example "Pulling fs layer" or "Status: Downloaded newer image for …". */
  readonly status?: string;
  /** The layer that `status` describes, or the kind of `aux`. */
  readonly id?: string;
  /** A BuildKit trace in base64, or the id of an image. */
  readonly aux?: string | { readonly ID?: string };
  /** An error. It arrives with HTTP status 200. */
  readonly errorDetail?: { readonly code?: number; readonly message?: string } | null;
  /** The same message, which newer versions of the API leave out. */
  readonly error?: string;
}

/** The words of the error that a message is; null when it is none. */
export function errorIn({ errorDetail, error }: ProgressMessage): string | null {
  return errorDetail?.message || error || null;
}

/** BuildKit clips the output of a step at 1 or 2 MiB; a trace of several steps stays below this. */
const maxMessageBytes = 16 * 1024 * 1024;

const newline = 0x0a;

/**
 * Yields newline-separated JSON as objects, one at a time. Null stands for a message that was too large to keep.
 * Rejects with EngineUnavailable when the stream ends in the middle of a message, because a truncated answer is no
 * answer.
 */
export async function* readMessages<T extends object = ProgressMessage>(
  chunks: AsyncIterable<Buffer>,
  maxBytes = maxMessageBytes,
): AsyncGenerator<T | null> {
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (piece: Buffer) => {
    heldBytes += piece.length;
    if (heldBytes <= maxBytes) held.push(piece);
    else held = [];
  };
  const take = () => {
    const message = heldBytes > maxBytes ? null : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return message;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      const message = take();
      if (message === null) yield null;
      else if (!isBlank(message)) yield parse(message);
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  }

  const rest = take();
  if (rest === null) yield null;
  else if (!isBlank(rest)) yield parse(rest);
}

function parse<T extends object>(message: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(message.toString("utf8"));
  } catch (cause) {
    throw new EngineUnavailable("Docker's response ended in the middle of a message.", { cause });
  }
  if (typeof value !== "object" || value === null) {
    throw new EngineUnavailable("Docker's response is not a stream of messages.");
  }
  return value as T;
}

function isBlank(message: Buffer): boolean {
  return message.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
