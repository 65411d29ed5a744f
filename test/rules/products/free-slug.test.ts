import { expect, test } from "vitest";
import type { Slug } from "../../../server/model/product.ts";
import { freeSlug } from "../../../server/rules/products/free-slug.ts";

test("a name that is taken gets the lowest number that makes it free", () => {
  const free = (...taken: string[]) => freeSlug("hello" as Slug, new Set(taken as Slug[]));
  expect(free()).toBe("hello");
  expect(free("hello-2")).toBe("hello");
  expect(free("hello")).toBe("hello-2");
  expect(free("hello", "hello-2", "hello-4")).toBe("hello-3");
});
