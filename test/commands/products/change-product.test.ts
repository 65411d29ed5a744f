import { expect, test } from "vitest";
import { changeProduct } from "../../../server/commands/products/change-product.ts";
import type { ProductChanges } from "../../../server/ports/store/products.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

const repository = "https://git.example.com:8443/acme/shop";

/**
 * The changes that are stored when a product that is deployed from `repository` with a token gets another repository.
 */
async function movedTo(url: string | null): Promise<readonly ProductChanges[]> {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { product } = await createSamples(store, clock).product("shop");
  const written: ProductChanges[] = [];
  const products = {
    ...store.products,
    update: async (_: unknown, changes: ProductChanges) => void written.push(changes),
  };
  const adapters = { store: { ...store, products }, allowPrivateRepositories: true };
  await changeProduct(adapters, { ...product, repository }, { repository: url });
  return written;
}

test.each([
  "https://evil.example:8443/acme/shop",
  "https://git.example.com/acme/shop",
  "http://git.example.com:8443/acme/shop",
  "ssh://git@git.example.com:8443/acme/shop",
  null,
])("a token is forgotten in the same write that makes the repository %s", async (url) => {
  const source = { token: null, hostKey: null, pingedAt: null };
  expect(await movedTo(url)).toEqual([{ repository: url, source }]);
});

test("another repository of the same server is fetched with the same token", async () => {
  const other = "https://git.example.com:8443/acme/other";
  expect(await movedTo(other)).toEqual([{ repository: other, source: {} }]);
});
