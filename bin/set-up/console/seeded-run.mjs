import { SetUpProblem } from "./problem.mjs";

/**
 * Reads --minutes and --seed of a run at random. Without a seed it gets a new one, which is printed to repeat it.
 *
 * @param {{ minutes?: string, seed?: string }} values
 * @returns {{ minutes: number, seed: number }}
 */
export function minutesAndSeed(values) {
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
