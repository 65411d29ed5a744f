import { beforeAll, describe, expect, test } from "vitest";
import type { ProductApp, ProductRelease } from "../support/apps/product-app.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { isOfType } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const baton = useBaton();
const workshop = useWorkshop();
let shop: ProductApp;
let released = 0;

async function push(release: ProductRelease = {}) {
  released += 1;
  await shop.release(`v${released}`, release);
  return shop.repository.push(baton().remote("shop")).done;
}

async function pushed(release: ProductRelease = {}): Promise<number> {
  const { code, text } = await push(release);
  expect(code, text).toBe(0);
  return (await baton().api.newest("shop")).id;
}

const api = async (path: string) => (await baton().ask("api.shop", path)).body;
const recall = (key: string) => api(`/recall?key=${key}`);

/** The number of the deployment that created each service's container. */
async function makers(): Promise<Readonly<Record<string, number>>> {
  const names = await baton().containersOf("shop");
  return Object.fromEntries(
    names.map((name) => {
      const [, deployment, service = ""] = /-d(\d+)-(.+)$/.exec(name) ?? [];
      return [service, Number(deployment)];
    }),
  );
}

beforeAll(async () => {
  shop = await workshop.productApp();
  await pushed();
  await api("/remember?key=apples&value=seven");
});

describe("a product of two stacks and five services", () => {
  test("comes up in the order of its dependencies, the migration before all that uses the database", async () => {
    const { id } = await baton().api.newest("shop");
    const log = await baton().api.log(id);
    const order = ["db started", "Running migrate", "migrated to v1", "web started", "api started", "worker started"];
    const places = order.map((text) => log.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places.slice(0, 3)).toEqual(places.slice(0, 3).toSorted((a, b) => a - b));
    expect(Math.min(...places.slice(3))).toBeGreaterThan(places[2] ?? 0);
    expect(await baton().ask("shop", "/both")).toEqual({ status: 200, body: "v1 v1" });

    const { stacks, urls, status } = await baton().api.installation("shop");
    expect(status).toBe("running");
    expect(urls.map((url) => new URL(url).hostname)).toEqual(["shop.localhost", "api.shop.localhost"]);
    expect(stacks.flatMap(({ services }) => services.map(({ name, kind, status }) => [name, kind, status]))).toEqual([
      ["web", "web", "running"],
      ["api", "web", "running"],
      ["worker", "worker", "running"],
      ["migrate", "init", "exited"],
      ["db", "tcp", "running"],
    ]);
  });

  test("five pushes under load lose no request, and no answer ever holds two versions", async () => {
    const before = await makers();
    const place = { httpPort: baton().httpPort, product: "shop", connections: "new", workers: 1, pauseMs: 20 } as const;
    const traffic = [
      startTraffic(place),
      startTraffic({ ...place, service: "api" }),
      startTraffic({ ...place, path: "/both" }),
    ];
    for (let count = 0; count < 5; count++) {
      await pushed();
      await Promise.all(traffic.map((one) => one.sees(released)));
    }
    for (const one of traffic) {
      const { failures, wentBack, samples } = await one.stop();
      expect(failures).toEqual([]);
      expect(wentBack).toEqual([]);
      expect(samples.length).toBeGreaterThan(100);
    }
    const { id } = await baton().api.newest("shop");
    await baton().api.settled(id);
    const { db, ...others } = await makers();
    expect(db).toBe(before.db);
    expect([...new Set(Object.values(others))]).toEqual([id]);
    expect(await recall("apples")).toBe("seven");
  });

  test("a push whose api fails its check leaves everything as it was", async () => {
    const before = await makers();
    const version = (await baton().ask("shop", "/both")).body;
    const { code, text } = await push({ api: "sick" });
    expect(code).not.toBe(0);
    expect(text).toContain("GET / answered 500");
    const { id } = await baton().api.newest("shop");
    const { stacks, failure } = await baton().api.settled(id);
    expect(failure).toMatchObject({ stage: "health", service: "api" });
    expect(stacks.map(({ name, status, message }) => [name, status, message])).toEqual([
      ["web", "failed", "rolled back: api failed"],
      ["backend", "failed", expect.stringContaining("kept returning 500")],
    ]);
    expect(await makers()).toEqual(before);
    expect((await baton().ask("shop", "/both")).body).toBe(version);
    expect(await recall("apples")).toBe("seven");
  });

  test("a push that changes the database says so before, and is live with its data", async () => {
    const id = await pushed({ database: "second" });
    const log = await baton().api.log(id);
    expect(log).toContain("db cannot run twice: it will be unavailable while it is replaced (its image changed)");
    await baton().api.settled(id);
    expect((await makers()).db).toBe(id);
    expect(await recall("apples")).toBe("seven");
    expect(await recall("release")).toBe("second");
  });

  test("a push that changes the database and then fails brings the old one back with its data", async () => {
    const [before, release] = [await makers(), await recall("release")];
    const { code } = await push({ database: "third", api: "sick" });
    expect(code).not.toBe(0);
    const { id } = await baton().api.newest("shop");
    await baton().api.settled(id);
    expect(await baton().api.log(id)).toContain("The old db is running again");
    expect(await makers()).toEqual(before);
    expect(await recall("release")).toBe(release);
    expect(await recall("apples")).toBe("seven");
    expect((await baton().api.installation("shop")).status).toBe("running");
  });

  test("the data survives a stop, and the deployment that starts it again", async () => {
    const { id: installation, live } = await baton().api.installation("shop");
    expect((await baton().api.send("POST", `/api/product-deployments/${installation}/stop`)).status).toBe(202);
    await expect.poll(() => baton().containersOf("shop"), { timeout: 30_000 }).toEqual([]);
    expect((await baton().ask("shop")).status).toBe(503);

    const again = await baton().api.send<{ id: number }>("POST", `/api/deployments/${live}/redeploy`);
    expect(again.status).toBe(202);
    expect((await baton().api.settled(again.body.id)).status).toBe("ready");
    expect(await recall("apples")).toBe("seven");
    const drains = (await baton().api.allEvents(again.body.id)).filter((event) => isOfType(event, "drain"));
    expect(drains).toEqual([]);
  });
});

describe("deleted", () => {
  test("with its volumes kept, a product leaves nothing else behind", async () => {
    const gone = await baton().api.send("DELETE", "/api/products/shop", { volumes: "keep" });
    expect(gone.status).toBe(204);
    await expect
      .poll(() => baton().inDocker(), { timeout: 60_000 })
      .toEqual([expect.stringMatching(/^volume .*-backend_data$/)]);
    expect((await baton().ask("shop")).status).toBe(404);
  });
});
