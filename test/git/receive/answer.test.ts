import { PassThrough, Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerPush } from "../../../server/git/receive/answer.ts";
import { pktLine, pktLinesOf, readPktLine } from "../../../server/git/receive/pkt-line.ts";
import { parseCapabilities, type ReceivedPush } from "../../../server/git/receive/received-push.ts";
import { parseReport } from "../../../server/git/receive/report.ts";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import { streamOf } from "../chunks.ts";

const commit = "a".repeat(40) as CommitSha;

function pushWith(capabilities: string): ReceivedPush {
  return {
    updates: ["refs/heads/main", "refs/tags/v1"].map((ref) => ({ ref, from: null, to: commit })),
    options: [],
    canShowProgress: true,
    shallowLines: [],
    capabilities: parseCapabilities(capabilities.split(" ")),
    pack: streamOf([]),
  };
}

async function packetsOf(out: PassThrough): Promise<readonly (Buffer | "flush")[]> {
  const packets: (Buffer | "flush")[] = [];
  for (;;) {
    const packet = await readPktLine(out);
    if (packet === "end") return packets;
    packets.push(packet);
  }
}

const accepted = {
  unpackError: null,
  refs: new Map([
    ["refs/heads/main", null],
    ["refs/tags/v1", null],
  ]),
};
const half = {
  unpackError: null,
  refs: new Map<string, string | null>([
    ["refs/heads/main", "build:\n npm  ci failed"],
    ["refs/tags/v1", null],
  ]),
};

describe("the answer to a push", () => {
  test("is progress, then the report, in side bands", async () => {
    const out = new PassThrough();
    const answer = answerPush(pushWith("report-status side-band-64k"), out);
    answer.progress("Building\n");
    answer.finish(half);
    const report = ["unpack ok\n", "ng refs/heads/main build: npm ci failed\n", "ok refs/tags/v1\n"].map((line) =>
      pktLine(line),
    );
    expect(await packetsOf(out)).toEqual([
      Buffer.from("\u0002Building\n"),
      Buffer.concat([Buffer.from("\u0001"), ...report, Buffer.from("0000")]),
      "flush",
    ]);
  });

  test("is kept alive by packets of nothing while nothing else waits to be sent", async () => {
    const out = new PassThrough();
    const answer = answerPush(pushWith("report-status-v2 side-band-64k"), out);
    answer.keepAlive();
    expect(out.read()).toEqual(Buffer.from("0005\u0002"));
  });

  test("is the plain report for a client without side bands", async () => {
    const out = new PassThrough();
    const answer = answerPush(pushWith("report-status"), out);
    answer.progress("never seen\n");
    answer.keepAlive();
    answer.finish(accepted);
    expect(parseReport(Buffer.concat(await out.toArray()))).toEqual(accepted);
  });

  test("holds no report when none was asked for", async () => {
    const out = new PassThrough();
    answerPush(pushWith("side-band-64k"), out).finish(accepted);
    expect(await packetsOf(out)).toEqual(["flush"]);
  });

  test("says of every ref that the pack was refused", async () => {
    const out = new PassThrough();
    answerPush(pushWith("report-status"), out).finish({ unpackError: "index-pack abnormal exit", refs: new Map() });
    const lines = [...pktLinesOf(Buffer.concat(await out.toArray()))].map(String);
    expect(lines).toEqual([
      "unpack index-pack abnormal exit\n",
      "ng refs/heads/main unpacker error\n",
      "ng refs/tags/v1 unpacker error\n",
    ]);
  });

  test("accepts no ref of which nothing is known", async () => {
    const out = new PassThrough();
    answerPush(pushWith("report-status"), out).finish({ unpackError: null, refs: new Map([["refs/tags/v1", null]]) });
    expect(Buffer.concat(await out.toArray()).toString()).toContain("ng refs/heads/main ");
  });

  test.each([
    ["side-band-64k", 65_516],
    ["side-band", 996],
  ])("splits text for %s into packets of at most %i bytes, between characters", async (band, maxBytes) => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 140_000 }), async (piece, length) => {
        const whole = piece.repeat(Math.ceil(length / piece.length));
        const out = new PassThrough({ highWaterMark: 1 });
        const answer = answerPush(pushWith(band), out);
        answer.progress(whole);
        answer.finish(accepted);
        const packets = (await packetsOf(out)).filter((packet) => packet !== "flush");
        const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        expect(packets.every((packet) => packet.length <= maxBytes)).toBe(true);
        expect(packets.map((packet) => strict.decode(packet.subarray(1))).join("")).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });

  test("does not pile up for a client that reads slowly; it says that lines are missing", async () => {
    let take: () => void = () => {};
    const seen: string[] = [];
    const slow = new Writable({
      write(chunk: Buffer, _, done) {
        seen.push(chunk.toString());
        take = done;
      },
    });
    const answer = answerPush(pushWith("side-band-64k"), slow);
    for (let line = 0; line < 100_000; line++) answer.progress(`line ${line} of a build that talks and talks\n`);
    expect(slow.writableLength).toBeLessThan(1.2 * 1024 * 1024);
    const taken = () => new Promise((resolve) => setImmediate(resolve));
    while (slow.writableLength > 0) {
      take();
      await taken();
    }
    answer.progress("the end\n");
    take();
    await taken();
    expect(seen.at(-2)).toContain("some lines were left out");
    expect(seen.at(-1)).toContain("the end");
  });

  test("goes nowhere once the client has gone", () => {
    const out = new PassThrough();
    const answer = answerPush(pushWith("report-status side-band-64k"), out);
    out.destroy(new Error("reset by peer"));
    answer.progress("Building\n");
    answer.keepAlive();
    answer.finish(accepted);
    expect(out.destroyed).toBe(true);
  });
});
