import { expect, test } from "vitest";
import { changeText, namesText } from "../../../server/rules/wording/change-text.ts";

test("settings are told before and after, and those that stayed are left out", () => {
  const before = { branch: "main", watch: "wait", polling: null, reports: true };
  const after = { branch: "develop", watch: "wait", polling: 5, reports: false };
  expect(changeText(before, after)).toBe("branch: main → develop; polling: none → 5; reports: on → off");
  expect(changeText(before, before)).toBe("");
});

test("a setting that appears or goes is told, and an empty one is none", () => {
  expect(changeText({ memory: "512m" }, { path: "/up", root: "" })).toBe("memory: 512m → none; path: none → /up");
});

test("lists are told by what was added and removed", () => {
  const before = { "domains of web": ["a.example.com", "b.example.com"], paths: ["src"] };
  expect(changeText(before, { "domains of web": ["b.example.com", "c.example.com"], paths: ["src"] })).toBe(
    "domains of web: added c.example.com, removed a.example.com",
  );
  expect(changeText({}, { paths: ["src", "lib"] })).toBe("paths: added src, lib");
  expect(changeText({ paths: ["src"] }, {})).toBe("paths: removed src");
});

test("names are told by what happened to them", () => {
  expect(namesText({ added: ["A", "B"], changed: [], removed: ["C"] })).toBe("added A, B; removed C");
  expect(namesText({})).toBe("");
});

test("a text is never longer than an entry may be", () => {
  const many = Array.from({ length: 3_000 }, (_, index) => `VARIABLE_${index}`);
  expect(namesText({ added: many })).toMatch(/^added VARIABLE_0, .* …$/);
  expect(namesText({ added: many }).length).toBeLessThanOrEqual(4_000);
});
