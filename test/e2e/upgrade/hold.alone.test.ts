import { setTimeout as delay } from "node:timers/promises";
import Dockerode from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReplyApp, makeReplyImage, type ReplyApp } from "../support/apps/reply-app.ts";
import { type Baton, embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";
import { findDaemon, restartDaemon } from "../support/own-docker.ts";
import { startTraffic, type Traffic } from "../support/traffic.ts";

const docker = new Dockerode();
let baton: Baton;
let apps: readonly ReplyApp[];

beforeAll(async () => {
  await makeReplyImage(docker);
  baton = await startBaton(embeddedPostgres, []);
  apps = await Promise.all(["shop", "blog"].map((name) => createReplyApp(name)));
  for (const app of apps) {
    await app.release("v1");
    const { code, text } = await app.repository.push(baton.remote(app.name)).done;
    expect(code, text).toBe(0);
  }
});
afterAll(async () => {
  await Promise.all(apps.map(({ repository }) => repository.remove()));
  await baton.down();
});

const load = () =>
  apps.flatMap(({ name }) => {
    const place = { httpPort: baton.httpPort, product: name, workers: 3, pauseMs: 5 };
    return [startTraffic({ ...place, connections: "new" }), startTraffic({ ...place, connections: "kept" })];
  });

async function samplesOf(traffic: readonly Traffic[]) {
  const reports = await Promise.all(traffic.map((one) => one.stop()));
  const samples = reports.flatMap((report) => report.samples);
  const longestMs = Math.max(...samples.map(({ startMs, endMs }) => endMs - startMs));
  return { count: samples.length, lost: reports.flatMap(({ failures }) => failures), longestMs };
}

const hold = (...args: readonly string[]) => runServer("hold.js", baton.environment, args);

/** Restarts the daemon and waits until it answers, as `systemctl restart docker` does. */
const restart = async () => {
  const pid = await findDaemon();
  const gone = `kill ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done`;
  return ["sh", "-c", `${gone}; until docker version >/dev/null 2>&1; do sleep 0.05; done`];
};

test("Docker is restarted under load while requests are held: none is lost", async () => {
  const traffic = load();
  await delay(1_000);
  const held = hold("--", ...(await restart()));
  const { code, output } = await held.exited;
  expect(code, output).toBe(0);
  expect(output).toMatch(/Requests wait for up to 110 s\. 2 of 2 hosts answered before\.\n/);
  const heldMs = 1_000 * Number(/Requests go on, after ([\d.]+) s/.exec(output)?.[1]);
  await delay(1_000);
  const { count, lost, longestMs } = await samplesOf(traffic);
  process.stdout.write(
    `hold: ${lost.length} of ${count} lost, held ${heldMs} ms, longest ${Math.round(longestMs)} ms\n`,
  );
  expect(lost).toEqual([]);
  expect(longestMs).toBeGreaterThan(heldMs / 2);
});

test("without a command, the hold ends by itself when the apps are back", async () => {
  const traffic = load();
  const held = hold();
  await held.prints("Requests wait for up to");
  // What is in flight ends first.
  await delay(1_000);
  await restartDaemon(docker);
  const { code, output } = await held.exited;
  expect(code, output).toBe(0);
  await delay(500);
  expect((await samplesOf(traffic)).lost).toEqual([]);
});

test("without Baton, Docker is restarted under load all the same, and the apps are back on their addresses before it", async () => {
  const ports = async () => {
    const all = await docker.listContainers();
    return all.flatMap(({ Ports }) => Ports.map(({ PublicPort }) => PublicPort)).sort();
  };
  const before = await ports();
  await baton.stop();
  const traffic = load();
  const { code, output } = await hold("--", ...(await restart())).exited;
  expect(code, output).toBe(0);
  expect(await ports()).toEqual(before);
  expect((await samplesOf(traffic)).lost).toEqual([]);
  await baton.restart();
  expect(await ports()).toEqual(before);
});

test("a hold that is killed holds nobody: those who wait are answered at once, later ones within seconds", async () => {
  const traffic = load();
  const held = hold();
  await held.prints("Requests wait for up to");
  await delay(1_000);
  await held.kill();
  await delay(6_000);
  const { lost, longestMs } = await samplesOf(traffic);
  expect(lost).toEqual([]);
  expect(longestMs).toBeLessThan(3_000);
  const asked = performance.now();
  expect((await baton.ask("shop")).body).toBe("v1");
  expect(performance.now() - asked).toBeLessThan(1_000);
});

test("Ctrl-C and the end of the time let requests go on, and are said", async () => {
  const byHand = hold();
  await byHand.prints("Requests wait for up to");
  expect((await byHand.stop("SIGINT")).code).toBe(0);
  const { code, output } = await hold("--seconds", "2").exited;
  expect(code).toBe(0);
  expect(output).toMatch(/Requests go on, after 2\.\d s\./);
  expect((await baton.ask("shop")).body).toBe("v1");
});
