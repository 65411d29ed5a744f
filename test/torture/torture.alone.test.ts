import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { act } from "./act.ts";
import { comeToRest, serverLog, wrongAnswers } from "./at-rest.ts";
import { countBy, explain } from "./losses.ts";
import { openScene, type Scene } from "./scene.ts";
import { nameOf, type Step, stepsOf } from "./steps.ts";

const minutes = Number(process.env.BATON_TORTURE_MINUTES ?? 0.5);
const seed = Number(process.env.BATON_TORTURE_SEED ?? 1);
const say = (text: string) => process.stdout.write(`${text}\n`);
const secondsSince = (startMs: number) => ((performance.now() - startMs) / 1000).toFixed(1);

test(`Baton keeps its promises for ${minutes} minutes of torture with seed ${seed}`, {
  timeout: minutes * 60_000 + 900_000,
}, async () => {
  const scene = await openScene();
  const wrong: string[] = [];
  const startMs = performance.now();
  for (const step of stepsOf(seed)) {
    if (performance.now() - startMs > minutes * 60_000) break;
    scene.steps.push(nameOf(step));
    say(`${secondsSince(startMs)} s  ${nameOf(step)}`);
    const problem = await tryStep(scene, step);
    if (problem !== null) say(`      ${problem}`);
    if (problem !== null) wrong.push(`step ${scene.steps.length} (${nameOf(step)}): ${problem}`);
  }
  say(`${secondsSince(startMs)} s  rest`);
  wrong.push(...(await report(scene)));
  if (wrong.length > 0) await keepLog(scene);
  else await scene.end();
  expect(wrong, `seed ${seed}, ${scene.steps.length} steps`).toEqual([]);
});

async function tryStep(scene: Scene, step: Step): Promise<string | null> {
  try {
    return await act(scene, step);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Prints the counts, and returns what is wrong. */
async function report(scene: Scene): Promise<readonly string[]> {
  const { wrong, deployments } = await comeToRest(scene);
  const found = [...wrong];
  let requests = 0;
  const losses = [];
  for (const [product, traffic] of scene.traffic) {
    const samples = (await Promise.all(traffic.map((one) => one.stop()))).flatMap((one) => one.samples);
    requests += samples.length;
    losses.push(...explain(product, samples, scene.windows));
    found.push(...wrongAnswers(product, samples, deployments));
  }
  const unexplained = losses.filter(({ reason }) => reason === null);
  found.push(
    ...unexplained
      .slice(0, 20)
      .map(
        ({ product, sample }) =>
          `a request to ${product} was lost: ${sample.failure?.slice(0, 60)}, from ${wallTime(sample.startMs)} to ${wallTime(sample.endMs)}`,
      ),
  );
  const rows = [...deployments.values()].flat();
  say(
    JSON.stringify(
      {
        seed,
        minutes,
        steps: countBy(scene.steps, (step) => step.replace(/ (?:shop|blog|wiki)(?: .*)?$| \d+$/, "")),
        deployments: countBy(rows, ({ status }) => status),
        failures: countBy(
          rows.filter(({ failure }) => failure !== null),
          ({ failure, commit }) =>
            `${scene.manners.get(commit?.message ?? "")}: ${failure?.message.replace(/\d+/g, "N").slice(0, 160)}`,
        ),
        pushesAcknowledged: scene.pushed.length,
        requests,
        lost: losses.length,
        lostBy: countBy(losses, ({ reason }) => reason ?? "unexplained"),
        longestAwaySeconds: awayOf(scene),
        wrong: found,
      },
      null,
      2,
    ),
  );
  return found;
}

/** As in the server's log. */
const wallTime = (ms: number) => new Date(performance.timeOrigin + ms).toISOString();

/** How long each kind of fault kept an app away, at most. */
function awayOf({ windows }: Scene): Readonly<Record<string, number>> {
  const longest: Record<string, number> = {};
  for (const { reason, fromMs, toMs, failure } of windows) {
    // Such a window is as long as it was made.
    if (failure !== undefined) continue;
    longest[reason] = Math.max(longest[reason] ?? 0, Math.round(((toMs ?? fromMs) - fromMs) / 100) / 10);
  }
  return longest;
}

/** The run's own Docker ends with it, so the server's log is all that is left to read. */
async function keepLog(scene: Scene): Promise<void> {
  const file = process.env.BATON_TORTURE_LOG;
  if (file) await writeFile(file, await serverLog(scene));
}
