import { expect, it } from "vitest";
import { pendingText } from "../../server/rules/pending-changes.ts";

it("counts and names what is not live, and says what needs a build", () => {
  const variables = { names: ["A", "VITE_B"], inBuilds: ["VITE_B"] };
  expect(pendingText({ variables, services: ["web"] })).toBe(
    "3 changes not live yet: A, VITE_B, settings of web. VITE_B is part of the build, so the app will be rebuilt.",
  );
  expect(pendingText({ variables: { names: ["A"], inBuilds: [] }, services: [] })).toBe("1 change not live yet: A.");
  expect(pendingText({ variables: { names: [], inBuilds: [] }, services: [] })).toBe(null);
});
