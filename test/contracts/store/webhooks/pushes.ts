import { randomUUID } from "node:crypto";
import type { CommitSha } from "../../../../server/model/names/ids.ts";
import { type Product, parseSlug } from "../../../../server/model/product.ts";
import type { NewDelivery } from "../../../../server/ports/store/deliveries.ts";
import type { Store } from "../../../../server/ports/store/store.ts";

export const repository = "https://github.com/acme/shop.git";

/** A product that is deployed from its repository and tracks `main`. */
export async function aProductOf(store: Store, name: string): Promise<Product> {
  const slug = parseSlug(name);
  const made = slug && (await store.products.create({ slug, repository, branch: "main" }));
  if (!made) throw new Error("the product was not made");
  return made.product;
}

export const sha = (number: number) => number.toString(16).padStart(40, "0") as CommitSha;
export const push = (after: CommitSha, changes: Partial<NewDelivery> = {}): NewDelivery => ({
  via: "github",
  deliveryId: randomUUID(),
  name: "push",
  event: {
    type: "push",
    repository: [repository],
    ref: "refs/heads/main",
    after,
    defaultBranch: "main",
    message: "Work",
    paths: ["a"],
    by: "octocat",
  },
  again: null,
  by: "octocat",
  content: { headers: { "x-github-event": "push" }, body: '{"a": ""}', bodyBytes: 8, digest: randomUUID() },
  quiet: false,
  ...changes,
});
