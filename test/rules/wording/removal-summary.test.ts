import { expect, test } from "vitest";
import { removalSummary } from "../../../server/rules/wording/removal-summary.ts";

const removal = (products: readonly string[], volumes: readonly string[], isRunning = false) =>
  removalSummary({ products, volumes, dataFolder: "/srv/baton", isRunning });

test("what is removed is named and counted", () => {
  expect(removal(["hello"], ["baton-abcdefgh-i1-app_data"])).toBe(
    "This removes everything that belongs to /srv/baton: 1 product (hello), with its containers and images, 1 volume of data (app_data), the repositories and the database. This can't be undone.",
  );
  expect(removal(["cafe", "shop"], [])).toContain(
    "2 products (cafe and shop), with their containers and images, the repositories",
  );
  expect(removal([], [])).toContain(": no products, the repositories");
});

test("of many products and volumes some are named, and all counted", () => {
  const many = Array.from({ length: 11 }, (_, index) => `p${index}`);
  const text = removal(many, [...many.slice(0, 2), "baton-abcdefgh-i12-back_end_db-data"]);
  expect(text).toContain("11 products (p0, p1, p2, p3, p4, p5, p6, p7 and 3 more)");
  expect(text).toContain("3 volumes of data (p0, p1 and back_end_db-data)");
});

test("a Baton that runs is stopped first, and that is said", () => {
  expect(removal(["hello"], [], true)).toMatch(
    /^This stops Baton, which is running, and removes everything that belongs to/,
  );
});
