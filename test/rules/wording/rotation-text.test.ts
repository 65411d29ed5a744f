import { expect, it } from "vitest";
import { rotationText } from "../../../server/rules/wording/rotation-text.ts";

const done = { isResumed: false, counts: { variable: 121, spec: 1, "deploy key": 2 }, unreadable: [] };

it("says how many secrets of which kind were encrypted again", () => {
  expect(rotationText(done, "/data/key")).toBe(
    "Encrypted again with a new key: 121 variables, 1 deployment and 2 deploy keys.\nThe old key is no longer in /data/key. A backup from before still needs the old one.",
  );
  expect(rotationText({ ...done, counts: {} }, "/data/key")).toContain("with a new key: no secrets.");
});

it("says that an earlier rotation was completed", () => {
  expect(rotationText({ ...done, isResumed: true }, "/data/key")).toMatch(
    /^An earlier rotation had broken off; it is complete now\. Encrypted again: 121 variables/,
  );
});

it("names what no key opens, and where the old key stays", () => {
  const unreadable = Array.from({ length: 22 }, (_, index) => `variable 7 N${index}`);
  const text = rotationText({ ...done, unreadable }, "/data/key");
  expect(text).toContain("Could not be decrypted: variable 7 N0, variable 7 N1,");
  expect(text).toMatch(/variable 7 N19 and 2 more\. Set or delete them, .* the old key stays in \/data\/key\.$/);
});
