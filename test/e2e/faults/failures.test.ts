import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Stage } from "../../../server/model/deployment/deployment.ts";
import type { Release, ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import type { DeploymentJson } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import { processesNaming } from "../support/baton/leftovers.ts";
import { startTraffic, type Traffic } from "../support/traffic.ts";

/** A version that cannot become live, and what its deployment must say about it. */
interface Fault {
  readonly what: string;
  readonly release: Release;
  readonly stage: Stage;
  readonly message: RegExp;
  readonly hint: RegExp;
  readonly also?: Partial<NonNullable<DeploymentJson["failure"]>>;
  /** Output of the build or the app that the log must contain. */
  readonly printed?: string;
}

const quickHealth = (more = "") => `stacks: { web: { health: { timeout: 2s, tryTimeout: 500ms }${more} } }`;

const faults: readonly Fault[] = [
  {
    what: "a command of the build fails",
    release: { build: "RUN echo compiling && echo 'no such module' && exit 9" },
    stage: "build",
    message: /echo compiling.* exited with code 9/,
    hint: /^See the output below/,
    also: { exitCode: 9 },
    printed: "no such module",
  },
  {
    what: "its base image cannot be pulled",
    release: { from: "registry.invalid/nothing:1" },
    stage: "build",
    message: /the base image registry\.invalid\/nothing:1 cannot be pulled/,
    hint: /name and tag.*registry.*baton\/node:22/,
  },
  {
    what: "it fetches from this machine's own network",
    release: { build: "ADD http://127.0.0.1:9/secret /secret" },
    stage: "plan",
    message: /ADD uses http:\/\/127\.0\.0\.1:9\/secret, but 127\.0\.0\.1 is not an address on the internet/,
    hint: /BATON_ALLOW_PRIVATE_REPOSITORIES=1/,
  },
  {
    what: "its container exits at once",
    release: { behaviour: "exit-3" },
    stage: "health",
    message: /web crashed 4 times on startup \(exit code 3\)/,
    hint: /See its output below/,
    also: { exitCode: 3 },
    printed: "there is no way to go on",
  },
  {
    what: "it uses more memory than it may",
    release: { behaviour: "use-all-memory", manifest: "stacks: { web: { memory: 64m } }" },
    stage: "health",
    message: /killed: out of memory \(limit 64 MiB\)/,
    hint: /memory limit in Settings/,
    also: { outOfMemory: true },
  },
  {
    what: "it listens on another port",
    release: { behaviour: "listen-elsewhere", manifest: quickHealth() },
    stage: "health",
    message: /nothing listens on port 3000; the app listens on port 3999/,
    hint: /`port: 3999` in baton\.yaml/,
  },
];

const baton = useBaton({ BATON_WATCH: "1s" });
const workshop = useWorkshop();
let app: ServiceApp;
/** The commit of the live version. */
let good: string;
let released = 0;
let traffic: Traffic;

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  good = await release();
  const { code, text } = await app.repository.push(baton().remote("app")).done;
  expect(code, text).toBe(0);
});

function release(what: Release = {}): Promise<string> {
  released += 1;
  return app.release(`v${released}`, what);
}

/** The number of the live version. */
const liveVersion = async () => Number((await baton().ask("app")).body.slice(1));

beforeEach(() => {
  traffic = startTraffic({ httpPort: baton().httpPort, product: "app", connections: "new", workers: 1, pauseMs: 20 });
});

afterEach(() => traffic.stop());

const tip = async () =>
  (await app.repository.git("ls-remote", baton().remote("app"), "refs/heads/main")).split("\t")[0];

async function pushBroken(what: Release) {
  const [containers, live] = [await baton().containersOf("app"), await liveVersion()];
  await release(what);
  const { code, text } = await app.repository.push(baton().remote("app")).done;
  const deployment = await baton().api.settled((await baton().api.newest("app")).id);
  return { containers, live, code, text, deployment };
}

describe.each(faults)("when $what", ({ release: broken, stage, message, hint, also, printed }) => {
  test("the old version answers all the time, and the failure explains itself", async () => {
    const { containers, live, code, text, deployment } = await pushBroken(broken);

    expect(deployment.status).toBe("failed");
    expect(deployment.failure).toMatchObject({ stage, ...also });
    expect(deployment.failure?.message).toMatch(message);
    expect(deployment.failure?.hint).toMatch(hint);
    expect(deployment).toMatchObject({ live: false, readyAt: null });

    expect(code).not.toBe(0);
    expect(text).toMatch(new RegExp(`! \\[remote rejected\\] HEAD -> main \\(${stage}: .+\\)`));
    // A page shows the output below the sentence; a terminal has already printed it above.
    expect(text).toContain(deployment.failure?.hint?.replace("output below", "output above"));
    expect(await tip()).toBe(good);

    expect(await baton().containersOf("app")).toEqual(containers);
    const log = await baton().api.log(deployment.id);
    expect(log).toContain(deployment.failure?.message);
    if (printed !== undefined) {
      expect(log).toContain(printed);
      expect(deployment.failure?.lastLines.join("\n")).toContain(printed);
    }
    const { failures, versions } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(versions).toEqual([live]);
  });
});

test("a version that crashes in the watch window gives the traffic back by itself", async () => {
  const { containers, live, code, text, deployment } = await pushBroken({ behaviour: "crash-when-live" });

  expect(deployment.failure).toMatchObject({ stage: "watch", exitCode: 7 });
  expect(deployment.failure?.message).toMatch(/web crashed \d[\d.]* m?s after the cut-over \(exit code 7\)/);
  expect(code).not.toBe(0);
  expect(text).toMatch(/! \[remote rejected\] HEAD -> main \(watch: /);
  expect(text.match(/Users saw #\d+ for \d.*; then traffic moved back to #\d+/g)).toHaveLength(1);
  expect(text).toMatch(/Deployment failed\. #\d+ is live again/);
  expect(deployment.failure?.served).toEqual({ ms: expect.any(Number), backTo: expect.any(Number) });
  expect(await tip()).toBe(good);
  expect(await baton().containersOf("app")).toEqual(containers);
  expect((await baton().api.installation("app")).live).not.toBe(deployment.id);

  // Nothing can answer between the crash and the switch back. After that, the old version does.
  const { samples, versions } = await traffic.stop();
  // On a busy machine it may crash before anybody has asked.
  expect([live, released]).toEqual(expect.arrayContaining([...versions]));
  const back = samples.findLastIndex(({ version }) => version === released);
  const answeredAgain = samples.findIndex(({ version }, index) => index > back && version === live);
  expect(samples.slice(answeredAgain).every(({ version }) => version === live)).toBe(true);
});

test("a redirect is an answer, and is not followed", async () => {
  const moved = await workshop.serviceApp("moved");
  await moved.release("v1", { behaviour: "redirect", manifest: quickHealth() });
  const { code, text } = await moved.repository.push(baton().remote("moved")).done;
  expect(code, text).toBe(0);
  expect(await baton().api.newest("moved")).toMatchObject({ status: "ready" });
  expect(await baton().containersOf("moved")).toHaveLength(1);
});

test("a version that failed can be pushed again as it is, and its repair is deployed", async () => {
  const { deployment } = await pushBroken({ behaviour: "exit-3" });
  const again = await app.repository.push(baton().remote("app")).done;
  expect(again.code).not.toBe(0);
  expect(await baton().api.newest("app")).toMatchObject({
    number: deployment.number + 1,
    status: "failed",
    commit: { sha: deployment.commit?.sha },
  });

  const repaired = await release();
  expect((await app.repository.push(baton().remote("app")).done).code).toBe(0);
  expect((await baton().ask("app")).body).toBe(`v${released}`);
  expect(await tip()).toBe(repaired);
  good = repaired;
});

test("a TCP service that listens on another port fails its check, although docker-proxy accepts", async () => {
  const cache = await workshop.serviceApp("cache");
  const manifest = (more = "") => `stacks: { cache: { kind: tcp, port: 3000${more} } }`;
  await cache.release("v1", { behaviour: "tcp", manifest: manifest() });
  expect((await cache.repository.push(baton().remote("cache")).done).code).toBe(0);
  const containers = await baton().containersOf("cache");

  await cache.release("v2", { behaviour: "tcp-elsewhere", manifest: manifest(", health: { timeout: 2s }") });
  expect((await cache.repository.push(baton().remote("cache")).done).code).not.toBe(0);
  const { failure } = await baton().api.newest("cache");
  expect(failure).toMatchObject({ stage: "health" });
  expect(failure?.message).toMatch(/nothing listens on port 3000; the app listens on port 3999/);
  expect(await baton().containersOf("cache")).toEqual(containers);
});

test("a build that takes too long is ended, for real", async () => {
  // On a busy machine it takes seconds until the step begins.
  await baton().restart({ BATON_BUILD_TIMEOUT: "15s" });
  const { code, text, containers, live, deployment } = await pushBroken({ build: "RUN echo thinking && sleep 47113" });
  expect(deployment.failure).toMatchObject({ stage: "build" });
  expect(deployment.failure?.message).toMatch(/the build took longer than 15 s and was stopped/);
  expect(deployment.failure?.hint).toMatch(/BATON_BUILD_TIMEOUT/);
  expect(deployment.failure?.lastLines.join("\n")).toContain("thinking");
  expect(code).not.toBe(0);
  expect(text).toMatch(/\(build: the build took longer than 15 s/);

  expect(await processesNaming("sleep 47113")).toEqual([]);
  expect(await baton().containersOf("app")).toEqual(containers);
  const { failures, versions } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(versions).toEqual([live]);
});
