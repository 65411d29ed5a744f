import { parseMemoryBytes } from "../../../server/model/values/memory-size.ts";
import { type Field, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** The longest delay that a timer accepts. */
const maxMs = 2 ** 31 - 1;

/** Reads `1m30s`, `1.5s` or `500ms`. Null when there is no value, or when it is invalid, which has been reported. */
export function readDurationMs(field: Field | null, report: Report): number | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)];
  const isWhole = written.length > 0 && parts.map(([part]) => part).join("") === written;
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ""] ?? 0), 0);
  if (written === "0") return 0;
  if (isWhole && ms <= maxMs) return Math.round(ms);
  report.problem(field.at, field.key, `is not a duration: ${written}`, "Write it like 500ms, 5s or 1m30s.");
  return null;
}

/** Reads `64m`, `1gb` or `1048576`. */
export function readBytes(field: Field | null, report: Report): number | null {
  const written = text(field)?.trim();
  if (field === null || written === undefined) return null;
  const bytes = /^\d+b?$/i.test(written) ? Number.parseInt(written, 10) : parseMemoryBytes(written.replace(/\s+/g, ""));
  if (bytes !== null && Number.isSafeInteger(bytes)) return bytes;
  report.problem(field.at, field.key, `is not a size: ${written}`, "Write it like 512m or 1g.");
  return null;
}

/** Reads a whole number from `least` to `most`. */
export function readInteger(field: Field | null, report: Report, least: number, most: number): number | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const value = Number(written);
  if (/^[-+]?\d+$/.test(written) && value >= least && value <= most) return value;
  report.problem(field.at, field.key, `is not a whole number from ${least} to ${most}: ${written}`, "Correct it.");
  return null;
}

/** Reads a number of CPUs: `0.5`, `"2"`. */
export function readCpus(field: Field | null, report: Report): number | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const value = Number(written);
  if (written.trim() !== "" && value >= 0.01 && value <= 1024) return value;
  // Zero means no limit, as in Compose.
  if (value !== 0)
    report.problem(field.at, field.key, `is not a number of CPUs: ${written}`, "Write it like 0.5 or 2.");
  return null;
}
