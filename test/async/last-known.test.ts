import { expect, test } from "vitest";
import { createLastKnown } from "../../server/async/last-known.ts";

function createReads() {
  const waiting: { resolve(value: string): void; reject(error: Error): void }[] = [];
  let atMs = 0;
  const known = createLastKnown(() => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject })), {
    maxAgeMs: 1_000,
    patienceMs: 1,
    nowMs: () => atMs,
  });
  return {
    known,
    waiting,
    pass: (ms: number) => {
      atMs += ms;
    },
    settled: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test("nobody waits for a first answer that takes long, and one read serves all who ask", async () => {
  const { known, waiting, settled } = createReads();
  expect(await Promise.all([known.get(), known.get()])).toEqual([null, null]);
  expect(waiting).toHaveLength(1);
  waiting[0]?.resolve("first");
  await settled();
  expect(await known.get()).toBe("first");
});

test("what is known is given at once, and read again when it is old", async () => {
  const { known, waiting, pass, settled } = createReads();
  void known.get();
  waiting[0]?.resolve("first");
  await settled();
  pass(1_000);
  expect(await known.get()).toBe("first");
  expect(waiting).toHaveLength(1);
  pass(1);
  expect(await known.get()).toBe("first");
  waiting[1]?.resolve("second");
  await settled();
  expect(await known.get()).toBe("second");
});

test("a read that fails leaves what was known, and is tried again", async () => {
  const { known, waiting, pass, settled } = createReads();
  void known.get();
  waiting[0]?.resolve("first");
  await settled();
  pass(2_000);
  expect(await known.get()).toBe("first");
  waiting[1]?.reject(new Error("no"));
  await settled();
  expect(await known.get()).toBe("first");
  expect(waiting).toHaveLength(3);
});
