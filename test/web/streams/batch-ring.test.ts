import { expect, it, vi } from "vitest";
import { createBatchRing, type RingReader } from "../../../server/web/streams/shared/batch-ring.ts";

const all = (reader: RingReader) => {
  const taken: string[] = [];
  for (let text = reader.take(); text !== null; text = reader.take()) taken.push(text);
  return taken.join("");
};

it("whoever joins late gets what is kept and then the same as everybody, without a gap or a line twice", () => {
  const ring = createBatchRing({ lines: 3, characters: 1_000 });
  const wake = vi.fn();
  const early = ring.join(wake);
  for (const text of ["a", "b", "c"]) ring.push(text, 1);
  expect(wake).toHaveBeenCalledTimes(3);
  expect(all(early)).toBe("abc");
  ring.push("d", 1);
  const late = ring.join(() => {});
  expect(all(late)).toBe("bcd");
  ring.push("e", 1);
  expect([all(early), all(late)]).toEqual(["de", "e"]);
});

it("a reader that is slower than what is kept is dropped, and the others are not held up", () => {
  const ring = createBatchRing({ lines: 100, characters: 10 });
  const [slow, quick] = [ring.join(() => {}), ring.join(() => {})];
  for (const text of ["12345", "67890", "abcde"]) {
    ring.push(text, 1);
    expect(all(quick)).toBe(text);
  }
  expect(() => slow.take()).toThrow("the reader of a log was too slow");
});

it("a batch that is larger than what is kept still reaches those who watch", () => {
  const ring = createBatchRing({ lines: 1, characters: 3 });
  const reader = ring.join(() => {});
  ring.push("longer than three", 5);
  expect(all(reader)).toBe("longer than three");
});

it("it is ahead when even the fastest reader has much left to take", () => {
  const ring = createBatchRing({ lines: 100, characters: 1_000 });
  const [slow, quick] = [ring.join(() => {}), ring.join(() => {})];
  ring.push("x".repeat(20), 1);
  expect(ring.isAheadBy(10)).toBe(true);
  all(quick);
  expect(ring.isAheadBy(10)).toBe(false);
  quick.leave();
  expect([ring.isAheadBy(10), ring.hasReaders()]).toEqual([true, true]);
  slow.leave();
  expect(ring.hasReaders()).toBe(false);
});

it("what went wrong reaches every reader", () => {
  const ring = createBatchRing({ lines: 1, characters: 3 });
  const wake = vi.fn();
  const reader = ring.join(wake);
  ring.fail(new Error("Docker has gone away"));
  expect(wake).toHaveBeenCalled();
  expect(() => reader.take()).toThrow("Docker has gone away");
});
