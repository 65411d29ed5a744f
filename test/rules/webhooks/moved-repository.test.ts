import { expect, test } from "vitest";
import type { SourceEvent } from "../../../server/ports/store/deliveries.ts";
import { movedTo } from "../../../server/rules/webhooks/moved-repository.ts";

const shop = "https://github.com/acme/shop.git";

function ping(...repository: string[]): SourceEvent {
  return { type: "ping", repository };
}

test("a webhook that names another repository shows that its own was moved", () => {
  const event = ping("https://github.com/acme/boutique", "git@github.com:acme/boutique.git");
  expect(movedTo(shop, { event, headers: null })).toBe("https://github.com/acme/boutique");
  expect(movedTo("git@github.com:acme/boutique.git", { event, headers: null })).toBeNull();
});

test.each([
  ["no delivery", shop, null],
  ["nothing kept of the newest", shop, { event: null, headers: null }],
  ["the product's own repository", shop, { event: ping("https://github.com/ACME/shop"), headers: {} }],
  ["no repository", shop, { event: ping(), headers: {} }],
  ["an event without one", shop, { event: { type: "other", name: "star" }, headers: {} }],
  ["a product that is pushed", null, { event: ping("https://github.com/acme/shop"), headers: {} }],
  [
    "an organisation's webhook",
    shop,
    {
      event: ping("https://github.com/acme/boutique"),
      headers: { "x-github-hook-installation-target-type": "organization" },
    },
  ],
] as const)("%s is no sign of a move", (_what, repository, newest) => {
  expect(movedTo(repository, newest as Parameters<typeof movedTo>[1])).toBeNull();
});
