import { expect, it } from "vitest";
import { secretsVersion } from "../../../server/pipeline/images/secrets-version.ts";

it("the version of a build's secrets changes with them, not with their order, and does not tell them", () => {
  const version = secretsVersion({ A: "1", B: "2" });
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(secretsVersion({ B: "2", A: "1" })).toBe(version);
  expect(secretsVersion({ A: "1", B: "3" })).not.toBe(version);
});
