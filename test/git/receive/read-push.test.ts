import type { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flushPkt, pktLine } from "../../../server/git/receive/pkt-line.ts";
import { readPush } from "../../../server/git/receive/read-push.ts";
import { BadPush } from "../../../server/ports/git.ts";
import { inChunks, streamOf } from "../chunks.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const none = "0".repeat(40);
const capabilities = "report-status-v2 side-band-64k quiet object-format=sha1 agent=git/2.39.5";

function request(...parts: (string | Buffer)[]): Readable {
  return streamOf([Buffer.concat(parts.map((part) => (typeof part === "string" ? pktLine(part) : part)))]);
}

describe("reading a push", () => {
  test("takes commands, capabilities, push options and shallow lines apart, and leaves the pack", async () => {
    const source = request(
      `shallow ${a}`,
      `${a} ${b} refs/heads/main\0 ${capabilities} push-options`,
      `${none} ${b} refs/tags/v1\n`,
      `${a} ${none} refs/heads/old`,
      flushPkt,
      "detach",
      "note=ä",
      flushPkt,
      Buffer.from("PACK…"),
    );
    const push = await readPush(source);
    expect(push).toMatchObject({
      updates: [
        { ref: "refs/heads/main", from: a, to: b },
        { ref: "refs/tags/v1", from: null, to: b },
        { ref: "refs/heads/old", from: a, to: null },
      ],
      options: ["detach", "note=ä"],
      canShowProgress: true,
      shallowLines: [`shallow ${a}`],
      capabilities: {
        sideBand: "side-band-64k",
        wantsReport: true,
        forGit: ["quiet", "object-format=sha1", "agent=git/2.39.5"],
      },
    });
    expect(Buffer.concat(await source.toArray()).toString()).toBe("PACK…");
  });

  test("reads the same from any chunks, without a byte of the pack", async () => {
    const refs = fc.uniqueArray(fc.stringMatching(/^[a-z;$(){}`'"<>ä]{1,20}$/), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        refs,
        fc.array(fc.string({ maxLength: 30 })),
        fc.uint8Array(),
        fc.array(fc.integer({ min: 1, max: 80 })),
        async (names, options, pack, sizes) => {
          const clean = options.map((option) => option.replace(/\n$/, ""));
          const commands = names.map((name, index) =>
            pktLine(`${none} ${a} refs/heads/${name}${index === 0 ? `\0push-options ${capabilities}` : ""}`),
          );
          const bytes = Buffer.concat([
            ...commands,
            flushPkt,
            ...clean.map((option) => pktLine(option)),
            flushPkt,
            pack,
          ]);
          const source = streamOf(inChunks(bytes, sizes));
          const push = await readPush(source);
          expect(push?.updates.map(({ ref }) => ref)).toEqual(names.map((name) => `refs/heads/${name}`));
          expect(push?.options).toEqual(clean);
          expect(Buffer.concat(await source.toArray())).toEqual(Buffer.from(pack));
        },
      ),
    );
  });

  test("knows git's probe", async () => {
    expect(await readPush(streamOf([flushPkt]))).toBeNull();
  });

  test("takes the pack for a pack when there are no push options", async () => {
    const source = request(`${none} ${a} refs/heads/main\0report-status`, flushPkt, "detach");
    expect((await readPush(source))?.options).toEqual([]);
    expect(Buffer.concat(await source.toArray())).toEqual(pktLine("detach"));
  });

  const command = `${none} ${a} refs/heads/main`;
  const bad: Readonly<Record<string, readonly (string | Buffer)[]>> = {
    "an empty request": [],
    "no end of the commands": [command],
    "something else altogether": [Buffer.from("GET / HTTP/1.1\r\n")],
    "only shallow lines": [`shallow ${a}`, flushPkt],
    "a shallow line without an id": ["shallow me", flushPkt],
    "an abbreviated id": [`${none} abc123 refs/heads/main`, flushPkt],
    "upper-case ids": [`${none} ${a.toUpperCase()} refs/heads/main`, flushPkt],
    "a ref outside refs/": [`${none} ${a} HEAD`, flushPkt],
    "a ref with a line end in it": [`${none} ${a} refs/heads/a\nb`, flushPkt],
    "a ref with a space in it": [`${none} ${a} refs/heads/a b`, flushPkt],
    "a ref twice": [command, command, flushPkt],
    "a ref of 1,025 bytes": [`${none} ${a} refs/heads/${"x".repeat(1_014)}`, flushPkt],
    "a name that is not UTF-8": [pktLine(`${none} ${a} refs/heads/`, Buffer.from([0xff])), flushPkt],
    "a signed push, which is not offered": ["push-cert\0report-status", flushPkt],
    "1,001 refs": [...Array.from({ length: 1_001 }, (_, index) => `${none} ${a} refs/heads/b${index}`), flushPkt],
    "101 push options": [`${command}\0push-options`, flushPkt, ...Array<string>(101).fill("x"), flushPkt],
    "megabytes of push options": [
      `${command}\0push-options`,
      flushPkt,
      ...Array<string>(65).fill("x".repeat(65_000)),
      flushPkt,
    ],
    "push options that are not there": [`${command}\0push-options`, flushPkt],
  };
  test.each(Object.entries(bad))("refuses %s", async (_, parts) => {
    const outcome = await readPush(request(...parts)).then(
      () => "taken",
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(BadPush);
  });

  test("takes 1,000 refs and 100 options", async () => {
    const refs = Array.from({ length: 999 }, (_, index) => `${none} ${a} refs/heads/b${index}`);
    const options = Array<string>(100).fill("x");
    const push = await readPush(request(`${command}\0push-options`, ...refs, flushPkt, ...options, flushPkt));
    expect(push?.updates).toHaveLength(1_000);
    expect(push?.options).toHaveLength(100);
  });

  test("passes on that the client has gone", async () => {
    const source = request(command);
    source.destroy(new Error("aborted"));
    await expect(readPush(source)).rejects.toThrow("aborted");
  });
});
