import { describe, expect, it } from "vitest";
import { parseDurationMs, writtenDuration } from "../../server/model/values/duration.ts";
import { parseMemoryBytes, writtenMemory } from "../../server/model/values/memory-size.ts";

describe("durations", () => {
  it.each([
    ["500ms", 500],
    ["5s", 5000],
    ["10m", 600_000],
    ["1h", 3_600_000],
  ])("%s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(["", "5", "s", "0s", "-1s", "1.5s", "5 s", "5S", "999999999h"])("refuse %j", (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });
});

it.each(["1ms", "1500ms", "5s", "90s", "10m", "61m", "1h", "36h"])(
  "the duration %s is written as it was read",
  (text) => {
    expect(writtenDuration(parseDurationMs(text) ?? 0)).toBe(text);
  },
);

it.each([
  ["64k", "64k"],
  ["1024k", "1m"],
  ["512m", "512m"],
  ["1.5g", "1536m"],
  ["1024m", "1g"],
])("the size %s is written %s", (text, written) => {
  expect(writtenMemory(parseMemoryBytes(text) ?? 0)).toBe(written);
});

describe("sizes", () => {
  it.each([
    ["64k", 65_536],
    ["512m", 536_870_912],
    ["512MiB", 536_870_912],
    ["1.5g", 1_610_612_736],
    ["2GB", 2_147_483_648],
  ])("%s", (text, bytes) => {
    expect(parseMemoryBytes(text)).toBe(bytes);
  });

  it.each(["", "512", "m", "1t", "-1m", "1 g"])("refuse %j", (text) => {
    expect(parseMemoryBytes(text)).toBeNull();
  });
});
