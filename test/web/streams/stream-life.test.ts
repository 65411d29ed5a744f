import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import type { WebContext } from "../../../server/web/http/web-context.ts";
import { beginStream } from "../../../server/web/streams/stream-life.ts";

function askedBy(reader = new AbortController()): WebContext {
  return {
    get: () => undefined,
    req: { raw: new Request("http://127.0.0.1/", { signal: reader.signal }) },
  } as unknown as WebContext;
}

test("a stream is over when its reader has gone, when the server closes, and when it is ended", () => {
  const reader = new AbortController();
  const left = beginStream(askedBy(reader), new AbortController().signal);
  reader.abort();
  expect(left.signal.aborted).toBe(true);

  const server = new AbortController();
  const cut = beginStream(askedBy(), server.signal);
  server.abort("the server stops");
  expect(cut.signal.reason).toBe("the server stops");
  expect(beginStream(askedBy(), server.signal).signal.reason).toBe("the server stops");

  const ended = beginStream(askedBy(), undefined);
  expect(ended.signal.aborted).toBe(false);
  ended.end(new Error("stalled"));
  expect(ended.signal.reason).toEqual(new Error("stalled"));
});

test("streams that have ended leave nothing behind on the server's own signal", () => {
  const { signal } = new AbortController();
  for (let stream = 0; stream < 20; stream++) beginStream(askedBy(), signal).end();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
