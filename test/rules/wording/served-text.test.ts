import { expect, test } from "vitest";
import { servedText } from "../../../server/rules/wording/served-text.ts";

test("how long users saw a version that failed, and what they see since", () => {
  expect(servedText(2, { ms: 5_310, backTo: 1 })).toBe("Users saw #2 for 5.3 s; then traffic moved back to #1");
  expect(servedText(1, { ms: 900, backTo: null })).toBe(
    "Users saw #1 for 900 ms; then its address answers 503: no version was live before",
  );
});
