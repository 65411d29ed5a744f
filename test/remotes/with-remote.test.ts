import { expect, test } from "vitest";
import { withRemote } from "../../server/remotes/with-remote.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { createSamples } from "../web/samples.ts";

test("a repository that may not be fetched is named without the password in its URL", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { product } = await createSamples(store, clock).product("shop");
  const old = { ...product, repository: "https://acme:canary@github.com/acme/shop" };
  const needs = { store, allowPrivateRepositories: false };
  await expect(withRemote(needs, old, async () => {})).rejects.toThrow(
    "https://github.com/acme/shop: enter an https:// or ssh:// URL without a token or password in it, such as https://github.com/you/app.git",
  );
});
