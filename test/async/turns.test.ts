import { expect, it } from "vitest";
import { createTurns } from "../../server/async/turns.ts";

const never = new AbortController().signal;
const settled = async () => {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
};

it("gives the turn to one after the other, in the order of asking, and other keys their own", async () => {
  const turns = createTurns<string>();
  const had: string[] = [];
  const take = async (name: string, key = "shop", signal = never) => {
    const turn = await turns.take(key, signal);
    had.push(name);
    return turn;
  };
  const first = await take("first");
  const [second, third] = [take("second"), take("third")];
  await take("other", "blog");
  await settled();
  expect(had).toEqual(["first", "other"]);
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await settled();
  expect(had).toEqual(["first", "other", "second", "third"]);
  expect([turns.isTaken("shop"), turns.isTaken("blog")]).toEqual([false, true]);
});

it("passes over one that gave up waiting", async () => {
  const turns = createTurns<string>();
  const first = await turns.take("shop", never);
  const impatient = new AbortController();
  const second = turns.take("shop", impatient.signal);
  const third = turns.take("shop", never);
  impatient.abort(new Error("cancelled"));
  await expect(second).rejects.toThrow("cancelled");
  await expect(turns.take("shop", impatient.signal)).rejects.toThrow("cancelled");
  expect(turns.isTaken("shop")).toBe(true);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await settled();
  expect(turns.isTaken("shop")).toBe(false);
});
