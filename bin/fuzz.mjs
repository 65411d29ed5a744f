// npm run fuzz: throws unexpected input at every route and every parser, for as long as it is told, and counts it.
//   --minutes 10         how long (10)
//   --seed 7             repeats the run of this seed (otherwise a new one)

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { minutesAndSeed } from "./set-up/console/seeded-run.mjs";
import { root } from "./set-up/places.mjs";

await main(async () => {
  const { minutes, seed } = minutesAndSeed(parsed());
  process.stdout.write(`Fuzzing for ${minutes} minutes with seed ${seed}. Repeat it with --seed ${seed}.\n`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const folder = await mkdtemp(join(tmpdir(), "baton-fuzz-report-"));
  const file = join(folder, "report");
  const child = spawn(process.execPath, [vitest, "run", "--project", "unit", "test/fuzz", "--reporter", "verbose"], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      BATON_FUZZ_MINUTES: String(minutes),
      BATON_FUZZ_SEED: String(seed),
      BATON_FUZZ_REPORT: file,
    },
  });
  const stop = (signal) => child.kill(signal);
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const [code, signal] = await once(child, "exit");
  await printReport(file, seed);
  await rm(folder, { recursive: true, force: true });
  process.exitCode = code ?? 128 + constants.signals[signal];
});

async function printReport(file, seed) {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  for (const { name, count } of lines) process.stdout.write(`${String(count).padStart(10)}  ${name}\n`);
  process.stdout.write(`Seed ${seed}.\n`);
}

function parsed() {
  try {
    return parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } }).values;
  } catch (error) {
    throw new SetUpProblem(`${error.message} Accepted: --minutes N, --seed N.`);
  }
}
