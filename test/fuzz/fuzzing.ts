import { appendFileSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** `npm run fuzz` sets these; a short run with another seed each time is part of the unit tests. */
const minutes = Number(process.env.BATON_FUZZ_MINUTES ?? 0);
const seed = Number(process.env.BATON_FUZZ_SEED ?? Date.now() % 2 ** 31);

/** Whether `npm run fuzz` runs it. */
export const isLong = minutes > 0;

/** How many properties share the time of a run. */
const properties = 10;

/** A file appears here when a shell or git ran an input. */
const markerFolder = mkdtempSync(join(tmpdir(), "baton-fuzz-"));

/** CPU time that one call may take, in milliseconds. The short run shares its process with other tests. */
export const cpuLimitMs = minutes > 0 ? 1_000 : 5_000;

/** For tests whose time the run decides. */
export const testTimeoutMs = minutes > 0 ? minutes * 120_000 : 300_000;

/**
 * Runs as often as the run's time allows; a failure prints the seed and the shrunk input. Reports the count under a name.
 */
export async function fuzz<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  shortRuns: number,
  check: (input: T) => Promise<void>,
) {
  let count = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    count++;
    await check(input);
  });
  const time = minutes > 0 ? { interruptAfterTimeLimit: (minutes * 60_000) / properties } : {};
  await fc.assert(property, { seed, numRuns: minutes > 0 ? 1e9 : shortRuns, ...time });
  report(name, count);
}

/** Adds a line to what `npm run fuzz` prints in the end, and holds that no input was run. */
export function report(name: string, count: number): void {
  const ran = readdirSync(markerFolder);
  if (ran.length > 0) throw new Error(`an input was run as a command: it made ${ran.join(", ")}`);
  const file = process.env.BATON_FUZZ_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify({ name, count })}\n`);
}

/** A call that waits for something that never comes. Others may keep the machine busy meanwhile. */
const patienceMs = 60_000;

/** The answer of a call, which fails if the call keeps the processor busy for too long, or never answers. */
export async function withinLimit<T>(call: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the call did not answer within ${patienceMs} ms`)), patienceMs);
  });
  const answered = (async () => call())();
  const answer = await Promise.race([answered, hangs]).finally(() => clearTimeout(timer));
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1_000;
  if (ms > cpuLimitMs) throw new Error(`the call took ${Math.round(ms)} ms of CPU time`);
  return answer;
}

/** Must never stand in a page as it is. */
export const marker = `<fuzz-marker onload='x'>"&`;

const awkward = [
  ...["", " ", "\0", "a\0b", "\r\nx: y", "\u202e", "\ud800", "\ufeff", "é", "😀", "-", "--upload-pack=x", "."],
  ...["..", "../../etc/passwd", "..%2f..%2fetc", "//evil.example", "/\\evil", "javascript:alert(1)", marker],
  ...["$(touch M)", "`touch M`", "; touch M #", "| touch M", "--upload-pack=touch M", "ext::sh -c touch% M"].map(
    (one) => one.replace("M", join(markerFolder, "ran")),
  ),
  ...["__proto__", "constructor", "hasOwnProperty", "toString", "prototype", "`id`", "{env.HOME}"],
  ...[
    "0",
    "-1",
    "1e309",
    "NaN",
    "9007199254740993",
    "2147483648",
    "99999999999999999999",
    "true",
    "null",
    "[]",
    "${",
    "%",
  ],
  ...["a".repeat(300), "9".repeat(400), `${marker}`.repeat(50), "[".repeat(5_000), "a.".repeat(2_000)],
];

/** Text that programs stumble over, and text of any kind. */
export const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...awkward) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom("shop", "production", "1", "2", "main", "web", "https://example.com/a.git") },
);

/** A value of any JSON type. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, [], {}),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(text, text, { maxKeys: 3 }),
);
