import { expect, test } from "vitest";
import { readPushOptions } from "../../../server/rules/webhooks/push-options.ts";

test.each([
  [[], "wait", { detach: false, watch: "wait" }],
  [[], "background", { detach: false, watch: "background" }],
  [["watch=background"], "wait", { detach: false, watch: "background" }],
  [["watch=wait"], "background", { detach: false, watch: "wait" }],
  [["watch=wait", "detach", "watch=background"], "wait", { detach: true, watch: "background" }],
] as const)("the options %j of a product that says %s are %j", (options, usual, expected) => {
  expect(readPushOptions(options, usual)).toEqual({ ...expected, remarks: [] });
});

test("an option that nobody understands is said to be ignored", () => {
  const { watch, remarks } = readPushOptions(["watch=never"], "background");
  expect(watch).toBe("background");
  expect(remarks).toEqual(["Ignored push option watch=never: Baton knows detach, watch=background and watch=wait"]);
});
