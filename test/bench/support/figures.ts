import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Goal, goals } from "./goals.ts";

/** Samples of one figure, by its name: "push -> live, ms". */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface Figure {
  readonly median: number;
  readonly p99: number;
  readonly count: number;
  readonly goal?: Goal;
}

export function createSamples() {
  const samples = new Map<string, number[]>();
  return {
    samples: samples as Samples,
    add(name: string, ...values: readonly number[]): void {
      samples.set(name, [...(samples.get(name) ?? []), ...values]);
    },
  };
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99), count: sorted.length };
}

export function medianOf(samples: Samples, name: string): number {
  return figureOf(samples.get(name) ?? []).median;
}

/**
 * Writes the figures, and the goal of each that has one, to `<BATON_BENCH_FOLDER>/<name>.json`, from which
 * bin/bench.mjs makes the table of a run.
 */
export async function report(name: string, samples: Samples): Promise<void> {
  const figures = [...samples].map(([what, values]): [string, Figure] => {
    const goal = goals.find(({ figure }) => figure.test(what))?.goal;
    return [what, { ...figureOf(values), ...(goal && { goal }) }];
  });
  const file = resolve(process.env.BATON_BENCH_FOLDER ?? ".bench", `${name}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ name, figures: Object.fromEntries(figures) }, null, 2)}\n`);
}
