import { expect, test } from "vitest";
import { readMessages } from "../../../server/docker/build/json-stream.ts";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";

async function* chunksOf(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function all(chunks: AsyncIterable<Buffer>, maxBytes?: number): Promise<unknown[]> {
  const messages = [];
  for await (const message of readMessages<object>(chunks, maxBytes)) messages.push(message);
  return messages;
}

test("messages are put together again from chunks that cut a character in two", async () => {
  const bytes = Buffer.from('{"stream":"h\u00e9"}\r\n\r\n{"status":"x"}\r\n');
  const cut = bytes.indexOf(0xc3) + 1;
  const messages = await all(chunksOf(bytes.subarray(0, cut), bytes.subarray(cut)));
  expect(messages).toEqual([{ stream: "h\u00e9" }, { status: "x" }]);
});

test("the last message needs no newline", async () => {
  expect(await all(chunksOf('{"a":1}\n{"b":2}'))).toEqual([{ a: 1 }, { b: 2 }]);
});

test("a stream that ends in the middle of a message is an interruption, not an end", async () => {
  await expect(all(chunksOf('{"a":1}\n{"b":'))).rejects.toBeInstanceOf(EngineUnavailable);
  await expect(all(chunksOf("17\n"))).rejects.toBeInstanceOf(EngineUnavailable);
});

test("a message that is too large is left out, and those after it are not", async () => {
  const large = `{"a":"${"x".repeat(100)}"}`;
  expect(await all(chunksOf(large.slice(0, 50), `${large.slice(50)}\n{"b":2}\n`, large), 60)).toEqual([
    null,
    { b: 2 },
    null,
  ]);
});
