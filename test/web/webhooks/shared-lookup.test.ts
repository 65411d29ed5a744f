import { expect, test } from "vitest";
import { createSharedLookup } from "../../../server/web/webhooks/shared-lookup.ts";

test("those who ask for one name at once share a look that began after they asked, and later ones look again", async () => {
  const looks: string[] = [];
  const lookUp = createSharedLookup(async (name: string) => {
    looks.push(name);
    return looks.length;
  });
  // The first look is under way when the others ask, so they share the next one.
  expect(await Promise.all([lookUp("shop"), lookUp("shop"), lookUp("shop")])).toEqual([1, 2, 2]);
  expect(await lookUp("docs")).toBe(3);
  expect(await lookUp("shop")).toBe(4);
  expect(looks).toEqual(["shop", "shop", "docs", "shop"]);
});

test("a look that fails rejects for those who share it, and the next one looks again", async () => {
  let fails = true;
  const lookUp = createSharedLookup(async (_: string) => {
    if (fails) throw new Error("no database");
    return "found";
  });
  const both = await Promise.allSettled([lookUp("shop"), lookUp("shop")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  fails = false;
  expect(await lookUp("shop")).toBe("found");
});
