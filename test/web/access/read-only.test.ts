import { expect, test } from "vitest";
import { isGitPath } from "../../../server/routes.ts";
import { sampleContainer } from "../samples.ts";
import { createWorld } from "../world.ts";

test("no GET writes anything", async () => {
  const closing = new AbortController();
  const world = await createWorld({ closing: closing.signal });
  const { product, installation } = await world.samples.product("shop");
  const live = world.samples.live(installation);
  world.engine.containers.push(sampleContainer(live, product.id));
  const { cookie } = await world.signIn();
  const picture = () =>
    JSON.stringify(world.store.rows, (_, value) => (value instanceof Map ? [...value.entries()] : value));
  const before = picture();

  const paths = world.app.routes
    .filter(({ method, path }) => method === "GET" && !isGitPath(path))
    .map(({ path }) =>
      path
        .replace(/:slug|:product/, "shop")
        .replace(/:id(?:\{[^}]*\})?/, String(path.includes("product-") ? installation.id : live.id)),
    );
  for (const path of new Set(paths)) {
    const answer = await world.fetch(path, { headers: { cookie } });
    // The second step of a sign-in leads back to the first.
    expect(path === "/sign-in/code" ? [303] : [200, 404], path).toContain(answer.status);
  }
  closing.abort();

  expect(paths.length).toBeGreaterThan(25);
  expect(picture()).toBe(before);
  expect(world.woken).toEqual({ queue: 0, reconciler: 0, proxy: 0, backups: 0 });
});
