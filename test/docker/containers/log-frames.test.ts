import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogFrame, readFrames } from "../../../server/docker/containers/log-frames.ts";

function frame(kind: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(chunks: readonly Buffer[]): Promise<LogFrame[]> {
  const frames: LogFrame[] = [];
  for await (const one of readFrames(
    (async function* () {
      yield* chunks;
    })(),
  ))
    frames.push(one);
  return frames;
}

function whole(frames: readonly LogFrame[]): { stream: string; text: string }[] {
  const joined: { stream: string; text: string }[] = [];
  for (const { stream, first, bytes } of frames) {
    const last = joined.at(-1);
    if (first || last === undefined) joined.push({ stream, text: bytes.toString("latin1") });
    else last.text += bytes.toString("latin1");
  }
  return joined;
}

test("frames are the same however the stream is cut", async () => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  const frames = fc.array(fc.record({ kind: fc.constantFrom(1, 2), payload }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(frames, fc.integer({ min: 1, max: 90 }), async (list, size) => {
      const bytes = Buffer.concat(list.map(({ kind, payload }) => frame(kind, payload)));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const pieces = await read(chunks);
      expect(whole(pieces)).toEqual(
        list.map(({ kind, payload }) => ({
          stream: kind === 2 ? "stderr" : "stdout",
          text: payload.toString("latin1"),
        })),
      );
    }),
  );
});

test("the first piece of a frame holds enough to read a time from", async () => {
  const bytes = frame(1, Buffer.alloc(500, "x"));
  const [first] = await read([...bytes].map((byte) => Buffer.from([byte])));
  expect(first).toMatchObject({ first: true });
  expect(first?.bytes.length).toBeGreaterThanOrEqual(64);
});

test("ten thousand small frames in one chunk are no trouble", async () => {
  const chunk = Buffer.concat(Array.from({ length: 10_000 }, () => frame(2, Buffer.from("x\n"))));
  expect(await read([chunk])).toHaveLength(10_000);
});

test("a stream that is not multiplexed is refused rather than garbled", async () => {
  await expect(read([Buffer.from("plain text of a terminal\n")])).rejects.toThrow(/not multiplexed/);
});
