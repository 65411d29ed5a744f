import { expect, test } from "vitest";
import { healthcheckWarning } from "../../../server/rules/health/healthcheck-hint.ts";

test("a service that responds while its HEALTHCHECK fails is warned of, with the check's own words", () => {
  const container = { healthcheck: "unhealthy", healthcheckOutput: "/bin/sh: 1: curl: not found\n" } as const;
  expect(healthcheckWarning("web", container)).toMatch(
    /^web responds, but its HEALTHCHECK fails: curl: not found\. curl is not in the image\. Install it/,
  );
  expect(healthcheckWarning("web", { ...container, healthcheckOutput: "" })).toMatch(/HEALTHCHECK fails\. Fix/);
});

test.each(["healthy", "starting", null] as const)("one whose HEALTHCHECK is %s is not", (healthcheck) => {
  expect(healthcheckWarning("web", { healthcheck, healthcheckOutput: "" })).toBeNull();
  expect(healthcheckWarning("web", null)).toBeNull();
});
