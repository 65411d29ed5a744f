import type { Agent } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostAddress } from "../../server/model/names/host-address.ts";
import type { Spread } from "../../server/ports/proxy.ts";
import { fillSlots } from "../../server/rules/routing/slots.ts";
import { get, keepAliveAgent } from "./http-client.ts";
import { createTestBed, freePorts } from "./real-caddy.ts";
import { deployment, installation, local, routesFor } from "./sample-routes.ts";
import { startApp } from "./test-app.ts";

type TestApp = Awaited<ReturnType<typeof startApp>>;

const signal = AbortSignal.timeout(120_000);
const shop = installation(1);
const host = "shop.localhost";
const names = ["one", "two", "three"];
let bed: Awaited<ReturnType<typeof createTestBed>>;
let apps: readonly TestApp[];
let next: readonly TestApp[];
let nowhere: HostAddress;

beforeAll(async () => {
  bed = await createTestBed();
  apps = await Promise.all(names.map((name) => startApp(name)));
  next = await Promise.all(names.map((name) => startApp(`next ${name}`)));
  nowhere = local((await freePorts(1))[0] ?? 0);
  await bed.proxy.start(signal);
  await bed.proxy.setRoutes([routesFor(1, host)], signal);
});
beforeEach(async () => {
  await spread(addressesOf(apps));
  await bed.proxy.switchTo(shop, deployment(1));
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  for (const app of [...apps, ...next]) await app[Symbol.asyncDispose]();
});

const addressesOf = (some: readonly TestApp[]) => some.map(({ port }) => local(port));
const over = (replicas: readonly (HostAddress | null)[], isSticky = false): Spread => ({
  slots: fillSlots(replicas),
  isSticky,
});
const spread = (replicas: readonly (HostAddress | null)[], isSticky = false, of = 1) =>
  bed.proxy.prepare(shop, deployment(of), new Map([["web", over(replicas, isSticky)]]));
const visit = (headers: Record<string, string> = {}, path = "/") => get(bed.options.httpPort, host, { headers, path });

async function answersOf(visits: number): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let made = 0; made < visits; made++) {
    const { status, body } = await visit();
    const answer = status === 200 ? body : String(status);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return counts;
}

describe("a service that runs more than once", () => {
  test("has its requests spread evenly", async () => {
    const counts = await answersOf(300);
    expect([...counts.keys()].sort()).toEqual([...names].sort());
    // Each of 300 goes to each with a chance of a third: fewer than 60 is one case in two million.
    expect(Math.min(...counts.values())).toBeGreaterThan(60);
  });

  test("answers everything while one of its replicas is gone", async () => {
    const [one, , three] = addressesOf(apps);
    await spread([one ?? null, nowhere, three ?? null]);
    const counts = await answersOf(100);
    expect([...counts.keys()].sort()).toEqual(["one", "three"]);
  });

  test("loses no request when replicas come and go, and versions change, under load", async () => {
    let isOver = false;
    const failures: string[] = [];
    let answered = 0;
    async function client(agent?: Agent) {
      while (!isOver) {
        const { status, body } = await get(bed.options.httpPort, host, agent === undefined ? {} : { agent });
        if (status !== 200) failures.push(`${status} ${body}`);
        answered += 1;
      }
    }
    const agents = [keepAliveAgent(), keepAliveAgent()];
    const load = Promise.all([client(), client(), ...agents.map(client)]);
    const [one, two, three] = addressesOf(apps) as [HostAddress, HostAddress, HostAddress];
    const counts: readonly (readonly (HostAddress | null)[])[] = [
      [one, two],
      [one],
      [one, two, three],
      [one, null, three],
    ];
    for (let turn = 0; turn < 100; turn++) {
      // Also to one address without slots, and back.
      if (turn % 5 === 4) await bed.proxy.prepare(shop, deployment(1), new Map([["web", one]]));
      else await spread(counts[turn % counts.length] ?? []);
      await spread(addressesOf(next), false, 2);
      await bed.proxy.switchTo(shop, deployment(1 + (turn % 2)));
    }
    isOver = true;
    await load;
    for (const agent of agents) agent.destroy();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  });

  test("is counted by the address that answers", async () => {
    await spread([addressesOf(apps)[0] ?? null]);
    const soon = AbortSignal.timeout(30_000);
    expect(await bed.proxy.inFlight(addressesOf(apps)[0] as HostAddress, soon)).toBe(0);
    expect(await bed.proxy.prove(host, soon)).toBe(1);
  });
});

describe("sticky sessions", () => {
  const cookieOf = (visited: Awaited<ReturnType<typeof visit>>) =>
    String(visited.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";

  test("bring a visitor back to the same replica, also of the next version", async () => {
    await spread(addressesOf(apps), true);
    const first = await visit();
    const cookie = cookieOf(first);
    expect(cookie).toMatch(/^baton_replica=\w+$/);
    for (let again = 0; again < 20; again++) expect((await visit({ cookie })).body).toBe(first.body);
    await spread(addressesOf(next), true, 2);
    await bed.proxy.switchTo(shop, deployment(2));
    for (let again = 0; again < 20; again++) expect((await visit({ cookie })).body).toBe(`next ${first.body}`);
  });

  test("go to another replica when theirs is gone, and none is lost", async () => {
    await spread(addressesOf(apps), true);
    const cookie = cookieOf(await visit());
    const gone = names.indexOf((await visit({ cookie })).body);
    // Nobody has noticed yet: its slots still lead there.
    await spread(
      addressesOf(apps).map((address, index) => (index === gone ? nowhere : address)),
      true,
    );
    const found = await visit({ cookie });
    expect(found.status).toBe(200);
    expect(found.body).not.toBe(names[gone]);
    await spread(
      addressesOf(apps).map((address, index) => (index === gone ? null : address)),
      true,
    );
    const settled = await visit({ cookie });
    for (let again = 0; again < 10; again++) expect((await visit({ cookie })).body).toBe(settled.body);
  });

  test("answer 502 with the usual page when no replica is there", async () => {
    await spread([nowhere], true);
    const { status, body } = await visit();
    expect(status).toBe(502);
    expect(body).toContain("<!doctype html>");
  }, 20_000);
});
