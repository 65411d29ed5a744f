import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { FailpointName } from "../../../server/pipeline/context/failpoint.ts";
import { freePorts } from "../../run/free-ports.ts";
import type { Release, ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { embeddedPostgres, useBaton } from "../support/baton/harness.ts";
import { processesNaming } from "../support/baton/leftovers.ts";
import { runServer } from "../support/baton/server-process.ts";
import { startTraffic } from "../support/traffic.ts";

const baton = useBaton(embeddedPostgres);
const workshop = useWorkshop();
let app: ServiceApp;
let released = 0;

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  const { code, text } = await (await push()).done;
  expect(code, text).toBe(0);
});

async function push(release: Release = {}, ...options: readonly string[]) {
  released += 1;
  await app.release(`v${released}`, release);
  return app.repository.push(baton().remote("app"), "HEAD", ...options);
}

const version = async () => (await baton().ask("app")).body;

/** Runs `work` under traffic. The app must answer every request while the server dies and restarts. */
async function underTraffic<Result>(work: () => Promise<Result>): Promise<Result> {
  const place = { httpPort: baton().httpPort, product: "app" };
  const traffic = startTraffic({ ...place, connections: "new", workers: 1, pauseMs: 10 });
  const result = await work().finally(() => traffic.stop());
  const { failures, wentBack } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(wentBack).toEqual([]);
  return result;
}

/** One container in one network, and nothing from earlier deployments. */
async function expectNothingOrphaned(): Promise<void> {
  const { live } = await baton().api.installation("app");
  const things = (await baton().inDocker()).filter((one) => !one.startsWith("image"));
  expect(things).toEqual([expect.stringContaining(`d${live}-web`), expect.stringMatching(/^network .*-i\d+-solo$/)]);
}

/** test/scenarios/faults/crash.test.ts covers every failpoint; this file has those where real containers and Caddy matter. */
const ofStateful: readonly FailpointName[] = ["old-stopped"];

test.each(ofStateful)(
  'killed at "%s", a version that is replaced in place goes on after the next start',
  async (name) => {
    const wiki = await workshop.serviceApp(`wiki-${name}`);
    onTestFinished(async () => {
      await baton().api.send("DELETE", `/api/products/${wiki.name}`, { volumes: "delete" });
      await expect.poll(isClean, { timeout: 30_000 }).toBe(true);
    });
    const manifest = `stacks: { wiki: { volumes: { pages: /pages } }, prepare: { kind: init, command: ["true"] } }`;
    const deploy = async (version: string) => {
      await wiki.release(version, { manifest });
      await wiki.repository.push(baton().remote(wiki.name), "HEAD", "-o", "detach").done;
    };
    await deploy("v1");
    await baton().api.settled((await baton().api.newest(wiki.name)).id);
    await baton().restart({ BATON_TEST_FAILPOINTS: `${name}=kill` });

    const traffic = startTraffic({
      httpPort: baton().httpPort,
      product: wiki.name,
      connections: "new",
      workers: 1,
      pauseMs: 10,
    });
    await deploy("v2");
    expect((await baton().process().exited).signal).toBe("SIGKILL");
    await baton().restart();
    const { id } = await baton().api.newest(wiki.name);
    expect((await baton().api.settled(id)).status).toBe("ready");
    await traffic.sees(2);
    const { failures, wentBack } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(wentBack).toEqual([]);
    expect(await baton().containersOf(wiki.name)).toHaveLength(2);
  },
);

const isClean = () =>
  expectNothingOrphaned().then(
    () => true,
    () => false,
  );

const ofAll: readonly FailpointName[] = ["started", "before-switch", "after-switch"];

test.each(ofAll)('killed at "%s", the deployment goes on after the next start', async (name) => {
  await baton().restart({ BATON_TEST_FAILPOINTS: `${name}=kill` });
  await underTraffic(async () => {
    await push({}, "-o", "detach").then(({ done }) => done);
    expect((await baton().process().exited).signal).toBe("SIGKILL");
    await baton().restart();
    const { id } = await baton().api.newest("app");
    expect((await baton().api.settled(id)).status).toBe("ready");
  });
  expect(await version()).toBe(`v${released}`);
  await expectNothingOrphaned();
});

test("a server that is killed in the middle of a build ends the build, which starts over after the next start", async () => {
  await underTraffic(async () => {
    const running = await push({ build: "RUN echo thinking && sleep 3.217" });
    await running.shows(/\| thinking/);
    await baton().kill();
    expect((await running.done).code).not.toBe(0);
    await expect.poll(() => processesNaming("sleep 3.217"), { timeout: 2_500 }).toEqual([]);
    await baton().restart();
    const { id } = await baton().api.newest("app");
    expect((await baton().api.settled(id)).status).toBe("ready");
    expect(await baton().api.log(id)).toContain("The server restarted: attempt 2");
  });
  expect(await version()).toBe(`v${released}`);
  await expectNothingOrphaned();
});

const followers = 500;

/** Follows a deployment to its end like a browser: from the last event that it has seen, on a new connection. */
async function follow(id: number): Promise<readonly number[]> {
  const seen: number[] = [];
  for (;;) {
    try {
      for await (const { seq, type } of baton().api.events(id, seen.at(-1))) {
        seen.push(seq);
        if (type === "settled") return seen;
      }
    } catch {
      await delay(100);
    }
  }
}

test("five hundred who follow a deployment over a restart get every event once and in order", async () => {
  const build = "RUN for line in 1 2 3 4 5 6 7 8; do echo $line && sleep 1.0417; done";
  expect((await (await push({ build }, "-o", "detach")).done).code).toBe(0);
  const { id } = await baton().api.newest("app");
  await expect.poll(() => processesNaming("sleep 1.0417"), { timeout: 60_000 }).not.toEqual([]);
  const following = Array.from({ length: followers }, () => follow(Number(id)));
  await expect.poll(() => baton().api.log(id), { timeout: 60_000 }).toContain("| 3");
  await baton().kill();
  await baton().restart();
  const all = await Promise.all(following);
  expect((await baton().api.deployment(id)).status).toBe("ready");
  const last = all[0]?.length ?? 0;
  expect(last).toBeGreaterThan(20);
  const whole = Array.from({ length: last }, (_, index) => index + 1);
  expect(all.filter((seen) => seen.join() !== whole.join())).toEqual([]);
});

test("stopped, it leaves the apps and Caddy serving, and the next start finds them", async () => {
  const containers = await baton().containersOf("app");
  await underTraffic(async () => {
    expect(await baton().stop("SIGINT")).toMatchObject({ code: 0, signal: null });
    expect(await version()).toBe(`v${released}`);
    await baton().restart();
  });
  expect(await baton().containersOf("app")).toEqual(containers);
  expect(await baton().api.installation("app")).toMatchObject({ status: "running" });
});

test("a second server on the same database says so and leaves the first alone", async () => {
  const [port] = await freePorts(1);
  const second = runServer("main.js", { ...baton().environment, BATON_LISTEN: `127.0.0.1:${port}` });
  const { code, output } = await second.exited;
  expect(code).toBe(1);
  expect(output).toMatch(/Another Baton is already using this database/);
  expect((await fetch(`${baton().url}/healthz`)).status).toBe(200);
  expect(await version()).toBe(`v${released}`);
});
