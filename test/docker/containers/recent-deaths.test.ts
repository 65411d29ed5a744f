import { expect, test } from "vitest";
import {
  createRecentDeaths,
  type DeathMessage,
  rememberedMs,
} from "../../../server/docker/containers/recent-deaths.ts";

const minute = 60_000;
const start = Date.UTC(2026, 10, 30, 12);
const message = (Action: string, atMs: number, exitCode = "1", ID = "a"): DeathMessage => ({
  Action,
  Actor: { ID, Attributes: { exitCode } },
  timeNano: atMs * 1e6,
});

function hearing(...messages: readonly DeathMessage[]) {
  const deaths = createRecentDeaths(() => start + 20 * minute);
  for (const one of messages) deaths.hear(one);
  return deaths;
}

test("deaths are kept in order, with their exit codes", () => {
  const deaths = hearing(message("die", start + 10 * minute, "3"), message("die", start + 11 * minute, "4"));
  expect(deaths.of("a")).toEqual([
    { at: new Date(start + 10 * minute), exitCode: 3, outOfMemory: false },
    { at: new Date(start + 11 * minute), exitCode: 4, outOfMemory: false },
  ]);
  expect(deaths.of("b")).toEqual([]);
});

test("a message that the daemon repeats counts once", () => {
  const death = message("die", start + 10 * minute);
  const deaths = hearing(death);
  expect(deaths.hear(death)).toBe(false);
  expect(deaths.of("a")).toHaveLength(1);
});

test.each([
  ["before", -5],
  ["after", 5],
])("an end is no death when the daemon says %s it that somebody stopped the container", (_, ms) => {
  const at = start + 10 * minute;
  expect(hearing(message("die", at, "143"), message("stop", at + ms)).of("a")).toEqual([]);
  expect(hearing(message("die", at, "143"), message("stop", at + ms * 4_000)).of("a")).toHaveLength(1);
});

test("a death just after memory ran out says so", () => {
  const deaths = hearing(message("oom", start + 10 * minute), message("die", start + 10 * minute + 20, "137"));
  expect(deaths.of("a")).toMatchObject([{ exitCode: 137, outOfMemory: true }]);
});

test("what is long ago is forgotten, and so are containers that are gone", () => {
  const deaths = hearing(
    message("die", start + 20 * minute - rememberedMs - 1),
    message("die", start + 19 * minute, "1", "b"),
  );
  expect(deaths.of("a")).toEqual([]);
  deaths.keepOnly(new Set(["a"]));
  expect(deaths.of("b")).toEqual([]);
});
