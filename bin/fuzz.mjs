// npm run fuzz: throws unexpected input at every route and every parser, for as long as it is told.
//   --minutes 10         how long (10)
//   --seed 7             repeats the run of this seed (otherwise a new one)

import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { root } from "./set-up/places.mjs";

await main(async () => {
  const { minutes, seed } = readArguments();
  process.stdout.write(`Fuzzing for ${minutes} minutes with seed ${seed}. Repeat it with --seed ${seed}.\n`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--project", "unit", "test/fuzz", "--reporter", "verbose"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, BATON_FUZZ_MINUTES: String(minutes), BATON_FUZZ_SEED: String(seed) },
  });
  const stop = (signal) => child.kill(signal);
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const [code, signal] = await once(child, "exit");
  process.exitCode = code ?? 128 + constants.signals[signal];
});

function readArguments() {
  const { values } = parsed();
  const minutes = Number(values.minutes ?? 10);
  if (!(minutes > 0 && minutes <= 1_440)) {
    throw new SetUpProblem(`--minutes must be a number above 0 and up to 1440 (got "${values.minutes}").`);
  }
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  if (!Number.isSafeInteger(seed) || seed < 0 || seed >= 2 ** 31) {
    throw new SetUpProblem(`--seed must be a whole number from 0 to 2147483647 (got "${values.seed}").`);
  }
  return { minutes, seed };
}

function parsed() {
  try {
    return parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
  } catch (error) {
    throw new SetUpProblem(`${error.message} Accepted: --minutes N, --seed N.`);
  }
}
