import { expect, test } from "vitest";
import { type ProductHealth, productTrouble } from "../../../server/rules/health/product-trouble.ts";

const well: ProductHealth = { name: "shop", status: "running", down: [], failed: null, live: 3 };
const failed = { number: 4, message: "web crashed 4 times on startup (exit code 1)" };

test.each([
  [{}, null],
  [{ status: "stopped" }, null],
  [{ status: "empty", live: null }, null],
  [{ status: null }, null],
  [{ status: "degraded" }, null],
  [{ status: "degraded", down: ["web", "db"] }, [true, "shop is degraded; not healthy: web, db."]],
  [{ status: "degraded", down: ["web"], failed }, [true, "shop is degraded; not healthy: web."]],
  [{ failed }, [false, "shop #4 failed: web crashed 4 times on startup (exit code 1)."]],
] as const)("a product with %j", (changes, expected) => {
  const trouble = productTrouble({ ...well, ...changes });
  expect(trouble && [trouble.isSerious, trouble.text]).toEqual(expected);
});

test.each([
  [3, "running", "#3 is live."],
  [null, "stopped", "It is stopped."],
  [null, "empty", "Nothing is live yet."],
] as const)("a failure says what serves meanwhile: %j, %s", (live, status, meanwhile) => {
  expect(productTrouble({ ...well, live, status, failed })?.whatToDo).toBe(meanwhile);
});
