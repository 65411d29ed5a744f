import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** Keeps an error that occurs while nobody reads for the next reader, instead of letting it end the process. */
export function holdErrors(request: Readable): void {
  request.on("error", () => {});
}

/**
 * Sends the rest of a request to git. A git that stops reading (because it refused the pack) does not break the
 * connection: the rest is read and dropped, because clients read an answer only after they have sent everything.
 * Rejects when the client goes away; git's input is closed in any case.
 */
export async function pour(request: Readable, stdin: Writable): Promise<void> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (stdin.writable && !stdin.write(chunk)) await drained(stdin);
    }
  } finally {
    stdin.end();
  }
}

async function drained(stdin: Writable): Promise<void> {
  const settled = new AbortController();
  const options = { signal: settled.signal };
  try {
    await Promise.race([once(stdin, "drain", options), once(stdin, "close", options)]);
  } catch {
    // A broken pipe means that git has ended.
  } finally {
    settled.abort();
  }
}
