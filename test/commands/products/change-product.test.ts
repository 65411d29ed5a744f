import { expect, test } from "vitest";
import { changeProduct } from "../../../server/commands/products/change-product.ts";
import type { SourceStore } from "../../../server/ports/store/sources.ts";
import type { ProductStore } from "../../../server/ports/store/store.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

const repository = "https://git.example.com:8443/acme/shop";

/** A product that is deployed from `repository` with a token, and what is done to the store from then on. */
async function world() {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { product } = await createSamples(store, clock).product("shop");
  await store.products.update(product.id, { repository });
  await store.sources.change(product.id, { token: "ghp_canary" });
  const done: string[] = [];
  const sources: SourceStore = {
    ...store.sources,
    async change(id, changes) {
      await store.sources.change(id, changes);
      if (changes.token === null) done.push("token forgotten");
    },
  };
  const products: ProductStore = {
    ...store.products,
    async update(id, changes) {
      await store.products.update(id, changes);
      done.push("repository changed");
    },
  };
  const adapters = { store: { ...store, sources, products }, allowPrivateRepositories: true };
  const connect = (url: string | null) => changeProduct(adapters, { ...product, repository }, { repository: url });
  return { connect, done };
}

test.each([
  "https://evil.example:8443/acme/shop",
  "https://git.example.com/acme/shop",
  "http://git.example.com:8443/acme/shop",
  "ssh://git@git.example.com:8443/acme/shop",
  null,
])("a token is forgotten before the repository becomes %s", async (url) => {
  const { connect, done } = await world();
  await connect(url);
  expect(done).toEqual(["token forgotten", "repository changed"]);
});

test("another repository of the same server is fetched with the same token", async () => {
  const { connect, done } = await world();
  await connect("https://git.example.com:8443/acme/other");
  expect(done).toEqual(["repository changed"]);
});
