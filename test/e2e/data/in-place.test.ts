import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const baton = useBaton();
const workshop = useWorkshop();
const manifest = "stacks: { wiki: { volumes: { pages: /pages }, health: { timeout: 10s } } }";
let wiki: ServiceApp;
let released = 0;

async function push(behaviour: "serve" | "answer-500" = "serve") {
  released += 1;
  await wiki.release(`v${released}`, { manifest, behaviour });
  return wiki.repository.push(baton().remote("wiki")).done;
}

beforeAll(async () => {
  wiki = await workshop.serviceApp("wiki");
  expect(await push()).toMatchObject({ code: 0 });
});

const place = () => ({ httpPort: baton().httpPort, product: "wiki", workers: 2, pauseMs: 5 });
const hostPorts = async () => {
  const names = await baton().containersOf("wiki");
  const all = await Promise.all(names.map((name) => baton().docker.getContainer(name).inspect()));
  return all.map(({ HostConfig }) => HostConfig.PortBindings?.["3000/tcp"]?.[0]?.HostPort);
};

test("a web service with a volume is pushed five times under load: requests wait, none fails, and the port stays", async () => {
  const [port] = await hostPorts();
  const before = released;
  const traffic = [startTraffic({ ...place(), connections: "new" }), startTraffic({ ...place(), connections: "kept" })];
  for (let count = 0; count < 5; count++) {
    const { code, text } = await push();
    expect(code, text).toBe(0);
    expect(text).toContain("requests to it wait while it is replaced");
    await Promise.all(traffic.map((one) => one.sees(released)));
  }
  for (const one of traffic) {
    const { failures, wentBack, versions } = await one.stop();
    expect(failures).toEqual([]);
    expect(wentBack).toEqual([]);
    expect(versions).toEqual(Array.from({ length: 6 }, (_, index) => before + index));
  }
  await baton().api.settled((await baton().api.newest("wiki")).id);
  expect(await hostPorts()).toEqual([port]);
});

test("when the new one fails its check, those who waited are answered by the old one", async () => {
  const traffic = startTraffic({ ...place(), connections: "new" });
  const { code, text } = await push("answer-500");
  expect(code).not.toBe(0);
  expect(text).toContain("The old wiki is running again");
  await baton().api.settled((await baton().api.newest("wiki")).id);
  const { failures, versions } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(versions).toEqual([released - 1]);
});
