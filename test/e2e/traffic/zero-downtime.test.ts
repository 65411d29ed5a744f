import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { isOfType } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import { openRequest, openSocket } from "../support/open-requests.ts";
import { startTraffic, type TrafficReport } from "../support/traffic.ts";

const drainLimitMs = 6_000;
const baton = useBaton({ BATON_DRAIN_TIMEOUT: `${drainLimitMs}ms` });
const workshop = useWorkshop();
let shop: ServiceApp;
let released = 0;

/** Pushes the shop's next version. */
async function push() {
  released += 1;
  await shop.release(`v${released}`);
  return shop.repository.push(baton().remote("shop"));
}

async function pushed(): Promise<number> {
  const { code, text } = await (await push()).done;
  expect(code, text).toBe(0);
  return (await baton().api.newest("shop")).id;
}

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
  await pushed();
});

test("six pushes in a row under load lose not one request, on new connections or kept ones", async () => {
  const place = { httpPort: baton().httpPort, product: "shop", workers: 2, pauseMs: 10 } as const;
  const first = released;
  const onNew = startTraffic({ ...place, connections: "new" });
  const onKept = startTraffic({ ...place, connections: "kept" });
  const pushes: number[] = [];
  for (let count = 0; count < 6; count++) {
    pushes.push(await pushed());
    await Promise.all([onNew.sees(released), onKept.sees(released)]);
  }
  const reports = await Promise.all([onNew.stop(), onKept.stop()]);

  const versions = Array.from({ length: 7 }, (_, index) => first + index);
  for (const report of reports) {
    expect(failuresOf(report)).toEqual([]);
    expect(report.wentBack).toEqual([]);
    expect(report.versions).toEqual(versions);
    expect(report.samples.length).toBeGreaterThan(500);
  }
  await baton().api.settled(pushes.at(-1) ?? 0);
  expect(await baton().containersOf("shop")).toHaveLength(1);
});

test("what is open at the cut-over goes on whole on the old version, and is counted down", async () => {
  const place = { httpPort: baton().httpPort, product: "shop" };
  const old = `v${released}`;
  const chat = await openSocket(place);
  const running = await push();
  await running.shows(/==> Checking that the new version is healthy/);
  const [slow, stream] = await Promise.all([
    openRequest(place, "/slow?ms=5000"),
    openRequest(place, "/events?count=40"),
  ]);
  const { code, text } = await running.done;
  expect(code, text).toBe(0);
  expect((await baton().ask("shop")).body).toBe(`v${released}`);
  expect(await chat.ask("hello")).toBe(`hello from ${old}`);

  const { id } = await baton().api.newest("shop");
  const cutOver = await baton().api.event(id, "cut-over");
  const readings = await Promise.all([slow.whole, stream.whole]);
  expect(readings.map(({ body }) => body)).toEqual([`${old} begins, ${old} ends`, `data: ${old}\n\n`.repeat(40)]);
  // Every reading must end after the cut-over, or it would prove nothing.
  for (const { endedAt } of readings) expect(endedAt.getTime()).toBeGreaterThan(new Date(cutOver.at).getTime());
  await chat.close();

  const remaining = (await baton().api.allEvents(id)).flatMap((event) =>
    isOfType(event, "drain") ? [event.remaining] : [],
  );
  expect(remaining).toEqual(remaining.toSorted((a, b) => b - a));
  expect(remaining[0]).toBe(3);
  expect(remaining.at(-1)).toBe(0);
  expect(await baton().api.log(id)).toContain("Draining the previous version: 3 requests left");
  expect(await baton().containersOf("shop")).toHaveLength(1);
});

test("a WebSocket of another product is not touched: by a push, by a new product, by one that goes", async () => {
  const place = { httpPort: baton().httpPort, product: "shop" };
  const chat = await openSocket(place);
  onTestFinished(() => chat.close());
  const other = await workshop.serviceApp("other");
  for (const version of ["v1", "v2"]) {
    await other.release(version);
    expect((await other.repository.push(baton().remote("other")).done).code).toBe(0);
    expect(await chat.ask(version)).toBe(`${version} from v${released}`);
  }
  expect((await baton().api.send("DELETE", "/api/products/other")).status).toBeLessThan(300);
  await expect.poll(async () => (await baton().ask("other")).status, { timeout: 60_000 }).toBe(404);
  expect(await chat.ask("still here")).toBe(`still here from v${released}`);
});

function failuresOf({ failures }: TrafficReport): readonly string[] {
  return failures.map(({ failure, startMs }) => `${failure} at ${Math.round(startMs)} ms`);
}
