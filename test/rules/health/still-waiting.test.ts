import { expect, test } from "vitest";
import { stillWaiting } from "../../../server/rules/health/still-waiting.ts";

test.each([
  [{ outcome: "answered", status: 500, detail: "" }, 0, "web still returns 500; 60 s left"],
  [{ outcome: "answered", status: 200, detail: "" }, 0, "web is not healthy yet; 60 s left"],
  [{ outcome: "timeout", status: null, detail: "" }, 0, "web still isn't responding; 60 s left"],
  [{ outcome: "closed", status: null, detail: "" }, 0, "web still accepts no connections; 60 s left"],
  [{ outcome: "garbled", status: null, detail: "" }, 0, "web still does not speak HTTP; 60 s left"],
  [{ outcome: "closed", status: null, detail: "" }, 2, "web has crashed 2 times; 60 s left"],
  [null, 1, "web has crashed once; 60 s left"],
  [null, 0, "web is not healthy yet; 60 s left"],
] as const)("%j after %i restarts", (probe, restarts, text) => {
  expect(stillWaiting("web", probe, restarts, 59_700)).toBe(text);
});
