import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flushPkt, MalformedPktLine, pktLine, pktLinesOf, readPktLine } from "../../../server/git/receive/pkt-line.ts";
import { inChunks, streamOf } from "../chunks.ts";

const payloads = fc.array(fc.uint8Array({ minLength: 0, maxLength: 300 }), { maxLength: 20 });

async function readAll(source: Readable): Promise<readonly (string | Buffer)[]> {
  const read: (string | Buffer)[] = [];
  for (;;) {
    const packet = await readPktLine(source);
    if (packet === "end") return read;
    read.push(packet);
  }
}

describe("pkt-lines", () => {
  test("are read as they were written, however the bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(payloads, fc.array(fc.integer({ min: 1, max: 50 })), async (lines, sizes) => {
        const bytes = Buffer.concat([...lines.map((line) => pktLine(line)), flushPkt]);
        const expected = [...lines.map((line) => Buffer.from(line)), "flush"];
        expect(await readAll(streamOf(inChunks(bytes, sizes)))).toEqual(expected);
        expect([...pktLinesOf(bytes)]).toEqual(expected.slice(0, -1));
      }),
    );
  });

  test("leave in the stream what follows them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array(),
        fc.uint8Array({ minLength: 1 }),
        fc.array(fc.nat(9)),
        async (line, rest, sizes) => {
          const source = streamOf(
            inChunks(
              Buffer.concat([pktLine(line), rest]),
              sizes.map((size) => size + 1),
            ),
          );
          expect(await readPktLine(source)).toEqual(Buffer.from(line));
          expect(Buffer.concat(await source.toArray())).toEqual(Buffer.from(rest));
        },
      ),
    );
  });

  test("one that arrives byte by byte lets everything else have its turn", async () => {
    const source = new Readable({ read() {} });
    const reading = readPktLine(source);
    for (const byte of pktLine("slow")) {
      await new Promise((resolve) => setImmediate(resolve));
      source.push(Uint8Array.of(byte));
    }
    expect(await reading).toEqual(Buffer.from("slow"));
  });

  test("carry at most 65,516 bytes", async () => {
    const line = pktLine(Buffer.alloc(65_516));
    expect(line.subarray(0, 4).toString()).toBe("fff0");
    expect(await readAll(streamOf([line]))).toEqual([Buffer.alloc(65_516)]);
    expect(() => pktLine(Buffer.alloc(65_517))).toThrow(RangeError);
  });

  test.each(["fff1", "ffff", "0001", "0002", "0003", "-001", "0x10", "12 4", "00zz", "001"])(
    "refuse %j as a length",
    async (header) => {
      const bytes = Buffer.concat([Buffer.from(header), Buffer.alloc(header === "001" ? 0 : 70_000)]);
      await expect(readPktLine(streamOf([bytes]))).rejects.toBeInstanceOf(MalformedPktLine);
      expect(() => [...pktLinesOf(bytes)]).toThrow(MalformedPktLine);
    },
  );

  test("that are cut off are refused, at every place", async () => {
    const bytes = pktLine("hello");
    for (let length = 1; length < bytes.length; length++) {
      await expect(readPktLine(streamOf([bytes.subarray(0, length)]))).rejects.toBeInstanceOf(MalformedPktLine);
      expect(() => [...pktLinesOf(bytes.subarray(0, length))]).toThrow(MalformedPktLine);
    }
  });

  test("a connection that breaks is not a malformed line", async () => {
    const source = new Readable({ read() {} });
    const reading = readPktLine(source);
    source.destroy(new Error("reset by peer"));
    await expect(reading).rejects.toThrow("reset by peer");
  });
});
