import { expect, test } from "vitest";
import { stopText } from "../../../server/rules/wording/stop-text.ts";

test("says who ended a deployment, if a person did", () => {
  expect(stopText({ reason: "cancelled", stoppedBy: "Ada (token ci)" })).toBe("cancelled by Ada (token ci)");
  expect(stopText({ reason: "stopped by hand", stoppedBy: "Ada" })).toBe("stopped by Ada");
  expect(stopText({ reason: "superseded by a newer push" })).toBe("superseded by a newer push");
});
