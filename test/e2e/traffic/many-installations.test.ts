import { beforeAll, expect, test } from "vitest";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";

// Twice as many as build at once. test/docker/host/networks.real.test.ts makes more networks than Docker's own pools.
const count = 8;
const baton = useBaton();
const workshop = useWorkshop();

beforeAll(async () => {
  const { api } = baton();
  expect((await api.send("POST", "/api/products", { name: "site", branch: "main" })).status).toBe(201);
  for (let number = 2; number <= count; number++) {
    const name = `place-${number}`;
    expect((await api.send("POST", "/api/environments", { name, branch: "main" })).status).toBe(201);
    const place = await api.send("POST", "/api/product-deployments", { product: "site", environment: name });
    expect(place.status).toBe(201);
  }
});

test("one push deploys eight installations on one daemon, each in a network and at an address of its own", async () => {
  const site = await workshop.sampleApp("static");
  const { code, text } = await site.push(baton().remote("site")).done;
  expect(code, text).toBe(0);

  const names = Array.from({ length: count }, (_, index) => (index === 0 ? "site" : `site-place-${index + 1}`));
  const answers = await Promise.all(names.map((name) => baton().ask(name, "/")));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  const networks = (await baton().inDocker()).filter((thing) => thing.startsWith("network"));
  expect(networks).toHaveLength(count);
});
