import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Samples of one figure, by its name: "push -> live, ms". */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface Figure {
  readonly median: number;
  readonly p99: number;
  readonly count: number;
}

export function createSamples() {
  const samples = new Map<string, number[]>();
  return {
    samples: samples as Samples,
    add(name: string, value: number): void {
      samples.set(name, [...(samples.get(name) ?? []), value]);
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
 * Prints the figures as a table, next to those of an earlier run if BATON_BENCH_AGAINST names its file, and writes them
 * to `.bench/<name>.json` (BATON_BENCH_OUT names another file).
 */
export async function report(name: string, samples: Samples): Promise<void> {
  const figures = Object.fromEntries([...samples].map(([what, values]) => [what, figureOf(values)]));
  const against = process.env.BATON_BENCH_AGAINST;
  const earlier: Record<string, Figure> =
    against === undefined ? {} : JSON.parse(await readFile(resolve(against), "utf8")).figures;
  const lines = Object.entries(figures).map(([what, { median, p99, count }]) => {
    const before = earlier[what]?.median;
    const compared = before === undefined ? "" : ` ${figureText(before)} ${(median / before).toFixed(2).padStart(6)}x`;
    return `${what.padEnd(44)} ${figureText(median)} ${figureText(p99)} ${String(count).padStart(4)}${compared}`;
  });
  const head = `${"".padEnd(44)} ${"median".padStart(9)} ${"p99".padStart(9)} ${"n".padStart(4)}`;
  process.stdout.write(`\n${[head + (against === undefined ? "" : "    before"), ...lines].join("\n")}\n`);
  const file = resolve(process.env.BATON_BENCH_OUT ?? `.bench/${name}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ name, figures }, null, 2)}\n`);
  process.stdout.write(`written to ${file}\n`);
}

function figureText(value: number): string {
  return (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0)).padStart(9);
}
