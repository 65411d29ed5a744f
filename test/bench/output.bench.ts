import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Baton, embeddedPostgres, startBaton } from "../e2e/support/baton/harness.ts";
import { createRepository, type Repository } from "../e2e/support/git-client.ts";
import { createSamples, report } from "./support/figures.ts";
import { memoryMbOf } from "./support/recording.ts";

/** What many viewers of output get and cost: of a service's log, and of four builds that print 100 MB each. */

const viewers = 200;
const watchForMs = 10_000;
const builds = 4;
const printed = 100_000_000;

test("output with many viewers: delay, gaps and memory", async () => {
  const { add, samples } = createSamples();
  const baton = await startBaton({ ...embeddedPostgres, BATON_LOG_LEVEL: "info", BATON_BUILD_SLOTS: String(builds) });
  const repositories: Repository[] = [];
  const create = async () => {
    const repository = await createRepository();
    repositories.push(repository);
    return repository;
  };
  try {
    await delay(3_000);
    add("server that has just started, MB", await memoryMbOf(baton.process().pid));
    await pushTicker(baton, await create());
    await measureLines(baton, add);
    await measureBuilds(baton, create, add);
    await report("output", samples);
    expect(samples.get("log line, container -> viewer, ms")?.length).toBeGreaterThan(viewers);
  } finally {
    await baton.down();
    for (const repository of repositories) await repository.remove();
  }
});

type Add = ReturnType<typeof createSamples>["add"];

const ticker = `
let number = 0;
setInterval(() => console.log("tick " + ++number + " at " + Date.now()), 100);
require("node:http").createServer((request, answer) => answer.end("ok")).listen(3000);
`;

async function pushTicker(baton: Baton, repository: Repository): Promise<void> {
  await repository.write({
    Dockerfile: 'FROM baton/node:22\nCOPY ticker.js .\nEXPOSE 3000\nCMD ["node", "ticker.js"]\n',
    "ticker.js": ticker,
  });
  await repository.commit("Tick");
  const { code, text } = await repository.push(baton.remote("ticker")).done;
  if (code !== 0) throw new Error(text);
}

/** Counts only lines that were printed while all were watching. */
async function measureLines(baton: Baton, add: Add): Promise<void> {
  const delays: number[] = [];
  const seen = Array.from({ length: viewers }, () => new Map<number, number>());
  let since = Number.POSITIVE_INFINITY;
  const ends = await Promise.all(
    seen.map((lines) =>
      watch(baton, "/products/ticker/logs/stream", (text) => {
        for (const [, number, at] of text.matchAll(/tick (\d+) at (\d+)/g)) {
          if (Number(at) < since) continue;
          lines.set(Number(number), (lines.get(Number(number)) ?? 0) + 1);
          delays.push(Date.now() - Number(at));
        }
      }),
    ),
  );
  await delay(3_000);
  since = Date.now();
  await delay(watchForMs);
  const all = new Set(seen.flatMap((lines) => [...lines.keys()]));
  // The newest lines may not have reached everybody yet.
  const last = Math.max(...all) - 10;
  const missing = seen.map((lines) => [...all].filter((number) => number <= last && !lines.has(number)).length);
  const twice = seen.map((lines) => [...lines.values()].filter((times) => times > 1).length);
  for (const end of ends) end();
  add("log line, container -> viewer, ms", ...delays);
  add("log lines missing", sum(missing));
  add("log lines twice", sum(twice));
  add(`server, ${viewers} viewers of a log, MB`, await memoryMbOf(baton.process().pid));
}

const noisy = `
const line = "x".repeat(99) + "\\n";
let left = ${printed};
const write = () => {
  while (left > 0) {
    left -= 100_000;
    if (!process.stdout.write(line.repeat(1_000))) return process.stdout.once("drain", write);
  }
};
write();
`;

async function measureBuilds(baton: Baton, create: () => Promise<Repository>, add: Add): Promise<void> {
  const pushes = [];
  for (let index = 0; index < builds; index++) {
    const repository = await create();
    await repository.write({
      Dockerfile: `FROM baton/node:22\nCOPY . .\nRUN node noisy.js ${Date.now()}-${index}\nEXPOSE 3000\nCMD ["node", "ticker.js"]\n`,
      "noisy.js": noisy,
      "ticker.js": ticker,
    });
    await repository.commit("Print");
    pushes.push(repository.push(baton.remote(`noisy-${index}`)).done);
  }
  let over = false;
  const finished = Promise.all(pushes).finally(() => {
    over = true;
  });
  const watching = watchBuilds(baton);
  while (!over) {
    add(`server, ${builds} builds and ${viewers} viewers, MB`, await memoryMbOf(baton.process().pid));
    await delay(100);
  }
  for (const end of await watching) end();
  for (const { code, text } of await finished) if (code !== 0) throw new Error(text.slice(-2_000));
}

async function watchBuilds(baton: Baton): Promise<readonly (() => void)[]> {
  const ends = [];
  for (let index = 0; index < builds; index++) {
    const { id } = await newest(baton, `noisy-${index}`);
    const each = Array.from({ length: viewers / builds }, () => watch(baton, `/deployments/${id}/stream`, () => {}));
    ends.push(...(await Promise.all(each)));
  }
  return ends;
}

async function newest(baton: Baton, product: string): Promise<{ readonly id: number }> {
  for (;;) {
    const found = await baton.api.newest(product).catch(() => null);
    if (found) return found;
    await delay(20);
  }
}

/** Opens a stream and hands over its text; resolves with its end. */
function watch(baton: Baton, path: string, onText: (text: string) => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${baton.token}` };
    const asked = request(`${baton.url}${path}`, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${path} is answered with ${response.statusCode}`));
      let rest = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => {
          const end = chunk.lastIndexOf("\n") + 1;
          onText(rest + chunk.slice(0, end));
          rest = end === 0 ? rest + chunk : chunk.slice(end);
        })
        .on("error", () => {});
      resolve(() => void asked.destroy());
    });
    asked.on("error", reject).end();
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
