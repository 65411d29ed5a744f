import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Baton, embeddedPostgres, startBaton } from "../e2e/support/baton/harness.ts";
import { createRepository, type Repository } from "../e2e/support/git-client.ts";
import { freePorts } from "../run/free-ports.ts";
import { createSamples, medianOf, report } from "./support/figures.ts";
import { createRecording, processorMs, type Recorded, type Recording } from "./support/recording.ts";

/**
 * Measures the time from `git push` until the new version answers, alternately by hand (git push, docker build, docker
 * run) and with Baton. On a busy machine only the ratios count, and the numbers of processes and calls, which are
 * exact.
 */

const turns = Number(process.env.BATON_BENCH_TURNS ?? 10);
/** Each look takes time of the two processors that the new version starts on: by Baton the old one still answers. */
const lookEveryMs = 10;
const product = "bench";
const run = promisify(execFile);
const { add, samples } = createSamples();

test("seconds from push to live, and of a redeploy, by hand and by Baton in turn", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const recording = createRecording(folder);
  const baton = await startBaton({ ...embeddedPostgres, ...recording.environment, BATON_LOG_LEVEL: "info" });
  const repository = await createRepository();
  try {
    const hand = await createHand(folder, repository);
    // The first deployment of each kind fills caches and creates networks that all others use.
    await hand.push(await release(repository));
    await pushToBaton(baton, repository, recording, () => {});
    for (let turn = 0; turn < turns; turn++) {
      const version = await release(repository);
      await hand.push(version);
      await pushToBaton(baton, repository, recording, add, version);
    }
    for (let turn = 0; turn < turns; turn++) {
      await hand.redeploy();
      await redeploy(baton, recording);
    }
    for (const waitMs of [2_000, 5_000, 10_000]) await pushSlowApp(baton, repository, waitMs);
    await hand.end();
  } finally {
    await baton.down();
    await repository.remove();
    await rm(folder, { recursive: true, force: true });
  }
  addRatio("push -> live, ratio to by hand", "push -> live, ms", "by hand: push -> answer, ms");
  addRatio(
    "push -> live without the gate, ratio to by hand",
    "push -> live without the gate, ms",
    "by hand: push -> answer, ms",
  );
  addRatio("redeploy -> live, ratio to by hand", "redeploy -> live, ms", "by hand: docker run -> answer, ms");
  await report("push", samples);
  expect(samples.get("push -> live, ms")).toHaveLength(turns);
});

function addRatio(name: string, ours: string, byHand: string): void {
  add(name, medianOf(samples, ours) / medianOf(samples, byHand));
}

const server = `
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
const { version, waitMs } = JSON.parse(readFileSync("release.json", "utf8"));
let listeningAt = 0;
const server = createServer((request, answer) => answer.end(JSON.stringify({ version, listeningAt })));
setTimeout(() => server.listen(3000, () => { listeningAt = Date.now(); }), waitMs);
`;

/** Commits a version of the app; resolves with its name. */
async function release(repository: Repository, waitMs = 0): Promise<string> {
  const version = randomUUID();
  await repository.write({
    Dockerfile: 'FROM baton/node:22\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.mjs"]\n',
    "server.mjs": server,
    "release.json": JSON.stringify({ version, waitMs }),
  });
  await repository.commit(`Release ${version}`);
  return version;
}

interface Answer {
  readonly version: string;
  readonly listeningAt: number;
}

function ask(port: number, host: string): Promise<Answer | null> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, headers: { Host: host }, agent: false }, async (answer) => {
      let body = "";
      try {
        for await (const part of answer.setEncoding("utf8")) body += part;
        resolve(answer.statusCode === 200 ? JSON.parse(body) : null);
      } catch {
        resolve(null);
      }
    });
    asked.on("error", () => resolve(null)).end();
  });
}

async function untilAnswered(port: number, host: string, version: string): Promise<Answer> {
  for (;;) {
    const answer = await ask(port, host);
    if (answer?.version === version) return answer;
    await delay(lookEveryMs);
  }
}

/** The steps of a user without Baton on the server. */
async function createHand(folder: string, repository: Repository) {
  const bare = join(folder, "bare.git");
  await run("git", ["init", "--quiet", "--bare", bare]);
  const image = `baton-bench-${randomUUID().slice(0, 8)}`;
  const images: string[] = [];
  let running: string | null = null;
  let last = "";

  async function start(name: string): Promise<number> {
    const [port = 0] = await freePorts(1);
    const publish = `127.0.0.1:${port}:3000`;
    const { stdout } = await run("docker", ["run", "-d", "--init", "-p", publish, name]);
    running = stdout.trim();
    return port;
  }

  async function stop(): Promise<void> {
    if (running !== null) await run("docker", ["rm", "-f", running]);
    running = null;
  }

  return {
    async push(version: string): Promise<void> {
      const times = [performance.now()];
      const lap = (name: string) => {
        times.push(performance.now());
        add(`by hand: ${name}, ms`, (times.at(-1) ?? 0) - (times.at(-2) ?? 0));
      };
      await repository.push(bare).done;
      lap("git push");
      images.push(`${image}:${images.length}`);
      await run("docker", ["build", "-q", "-t", images.at(-1) ?? "", repository.folder]);
      lap("docker build");
      const port = await start(images.at(-1) ?? "");
      lap("docker run");
      await untilAnswered(port, "localhost", version);
      lap("until it answers");
      add("by hand: push -> answer, ms", performance.now() - (times[0] ?? 0));
      last = version;
      await stop();
    },
    async redeploy(): Promise<void> {
      const began = performance.now();
      await untilAnswered(await start(images.at(-1) ?? ""), "localhost", last);
      add("by hand: docker run -> answer, ms", performance.now() - began);
      await stop();
    },
    async end(): Promise<void> {
      await run("docker", ["rmi", ...images]);
    },
  };
}

type Add = typeof add;

const hostOf = (baton: Baton) => `${product}.localhost:${baton.httpPort}`;
const nowMs = () => performance.timeOrigin + performance.now();

/** Pushes and measures. Resolves when the version is ready and the replaced one is gone. */
async function pushToBaton(baton: Baton, repository: Repository, recording: Recording, count: Add, version?: string) {
  const wanted = version ?? (await release(repository));
  const { pid } = baton.process();
  const before = await processorMs(pid);
  const beganMs = nowMs();
  const push = repository.push(baton.remote(product), "HEAD", "-o", "watch=background");
  const returned = push.done.then(({ code, text }) => {
    if (code !== 0) throw new Error(`the push failed:\n${text}`);
    return nowMs();
  });
  await untilAnswered(baton.httpPort, hostOf(baton), wanted);
  const seenMs = nowMs();
  const returnedMs = await returned;
  const after = await processorMs(pid);
  count("push -> live, ms", seenMs - beganMs);
  const { id } = await baton.api.newest(product);
  const { createdAt, startedAt, liveAt } = await baton.api.settled(id);
  const events = await recording.between(beganMs, seenMs);
  const times = {
    ...{ began: beganMs, seen: seenMs },
    ...{ queued: at(createdAt), claimed: at(startedAt), live: at(liveAt) },
  };
  addPhases(events, times, count);
  count("push -> live without the gate, ms", seenMs - beganMs - gateMs(events));
  count("phase: live until the push returns, ms", returnedMs - times.live);
  count("server's processor time, ms", after.own - before.own);
  count("its git's processor time, ms", after.children - before.children);
  addNumbers("number until live", events, count);
  if (process.env.BATON_BENCH_TRACE !== undefined) trace(events, beganMs);
}

/** The health check goes on from the first success to the third, by hand the first answer counts. */
function gateMs(events: readonly Recorded[]): number {
  const [first, , third] = events.filter(({ type, status }) => type === "probe" && status === 200);
  return (third?.toMs ?? Number.NaN) - (first?.toMs ?? Number.NaN);
}

function addNumbers(name: string, events: readonly Recorded[], count: Add): void {
  for (const type of ["process", "docker", "query", "probe"] as const) {
    count(`${name}: ${type}`, events.filter((event) => event.type === type).length);
  }
}

const at = (text: string | null) => new Date(text ?? Number.NaN).getTime();

function addPhases(
  events: readonly Recorded[],
  times: Readonly<Record<"began" | "queued" | "claimed" | "live" | "seen", number>>,
  count: Add,
  name = "phase",
): void {
  const call = (pattern: RegExp) => {
    const found = events.find(({ type, name }) => type === "docker" && pattern.test(name));
    return found ?? { fromMs: Number.NaN, toMs: Number.NaN };
  };
  const build = call(/POST .*\/build$/);
  const network = call(/POST .*\/networks\/create$/);
  const create = call(/POST .*\/containers\/create$/);
  const start = call(/POST .*\/containers\/\w+\/start$/);
  const probes = events.filter(({ type, status }) => type === "probe" && status === 200);
  const [first, , third] = probes.map(({ toMs }) => toMs);
  const isBuilt = Number.isFinite(build.fromMs);
  const phases = {
    "asked until queued": times.queued - times.began,
    "queued until claimed": times.claimed - times.queued,
    ...(isBuilt && { "claimed until the build": build.fromMs - times.claimed }),
    ...(isBuilt && { build: build.toMs - build.fromMs }),
    ...(isBuilt && { "build until create": create.fromMs - build.toMs }),
    ...(!isBuilt && { "claimed until create": create.fromMs - times.claimed }),
    "network create (may be within others)": network.toMs - network.fromMs,
    "container create": create.toMs - create.fromMs,
    "create until start": start.fromMs - create.toMs,
    "container start": start.toMs - start.fromMs,
    "start until first success": (first ?? Number.NaN) - start.toMs,
    "first until third success": (third ?? Number.NaN) - (first ?? Number.NaN),
    "third success until live": times.live - (third ?? Number.NaN),
    "live until seen": times.seen - times.live,
  };
  for (const [phase, ms] of Object.entries(phases)) count(`${name}: ${phase}, ms`, ms);
}

/** Makes the previous version live again, and back. */
async function redeploy(baton: Baton, recording: Recording): Promise<void> {
  const [now, previous] = (await baton.api.deployments(product)).filter(({ readyAt }) => readyAt !== null);
  if (!now || !previous) throw new Error("there is no previous version");
  const beganMs = nowMs();
  const asked = await baton.api.send<{ id: number }>("POST", `/api/deployments/${previous.id}/redeploy`);
  const source = await versionOf(baton, previous.commit?.sha ?? "");
  await untilAnswered(baton.httpPort, hostOf(baton), source);
  const seenMs = nowMs();
  add("redeploy -> live, ms", seenMs - beganMs);
  const { createdAt, startedAt, liveAt } = await baton.api.settled(asked.body.id);
  const events = await recording.between(beganMs, seenMs);
  const times = { began: beganMs, queued: at(createdAt), claimed: at(startedAt), live: at(liveAt), seen: seenMs };
  addPhases(events, times, add, "redeploy phase");
  addNumbers("number until redeployed", events, add);
  if (process.env.BATON_BENCH_TRACE !== undefined) trace(events, beganMs);
}

const versions = new Map<string, string>();

/** The release that a commit holds, by its message. */
async function versionOf(baton: Baton, sha: string): Promise<string> {
  const known = versions.get(sha);
  if (known !== undefined) return known;
  for (const { commit } of await baton.api.deployments(product)) {
    if (commit) versions.set(commit.sha, commit.message.replace("Release ", ""));
  }
  return versions.get(sha) ?? "";
}

/** An app that starts to listen only after a delay. */
async function pushSlowApp(baton: Baton, repository: Repository, waitMs: number): Promise<void> {
  const version = await release(repository, waitMs);
  const push = repository.push(baton.remote(product), "HEAD", "-o", "watch=background");
  const { listeningAt } = await untilAnswered(baton.httpPort, hostOf(baton), version);
  add(`listening after ${waitMs / 1000} s -> live, ms`, Date.now() - listeningAt);
  await push.done;
  const { id } = await baton.api.newest(product);
  await baton.api.settled(id);
}

function trace(events: readonly Recorded[], beganMs: number): void {
  const lines = events.map(({ type, name, fromMs, toMs }) => {
    const [from, took] = [fromMs - beganMs, toMs - fromMs].map((ms) => ms.toFixed(1).padStart(8));
    return `${from} ${took} ${type.padEnd(8)} ${name}`;
  });
  process.stdout.write(`\n${lines.join("\n")}\n`);
}
