import { expect, test } from "vitest";
import { removalSummary } from "../../server/rules/removal-summary.ts";

const removal = (products: readonly string[], volumes: number) =>
  removalSummary({ products, volumes, dataFolder: "/srv/baton" });

test("what is removed is named and counted", () => {
  expect(removal(["hello"], 1)).toBe(
    "This removes everything of /srv/baton: 1 product (hello), with their containers and images, 1 volume of data, the repositories and the database. It cannot be undone.",
  );
  expect(removal(["cafe", "shop"], 0)).toContain("2 products (cafe and shop), with their containers and images, the");
  expect(removal([], 0)).toContain(": no products,");
});

test("of many products some are named, and all counted", () => {
  const many = Array.from({ length: 11 }, (_, index) => `p${index}`);
  expect(removal(many, 3)).toContain("11 products (p0, p1, p2, p3, p4, p5, p6, p7 and 3 more)");
  expect(removal(many, 3)).toContain("3 volumes of data");
});
