import { expect, it } from "vitest";
import { pendingText } from "../../../server/rules/settings/pending-changes.ts";

it("names no more than can be read", () => {
  const names = Array.from({ length: 40 }, (_, index) => `V${index}`);
  expect(pendingText({ variables: { names, inBuilds: [] }, services: [] })).toBe(
    "40 changes not live yet: V0, V1, V2, V3, V4, V5 and 34 more.",
  );
});

it("counts and names what is not live, and says what needs a build", () => {
  const variables = { names: ["A", "VITE_B"], inBuilds: ["VITE_B"] };
  expect(pendingText({ variables, services: ["web"] })).toBe(
    "3 changes not live yet: A, VITE_B, settings of web. Services that use VITE_B in their build will be rebuilt.",
  );
  expect(pendingText({ variables: { names: ["A"], inBuilds: [] }, services: [] })).toBe("1 change not live yet: A.");
  expect(pendingText({ variables: { names: [], inBuilds: [] }, services: [] })).toBe(null);
});
