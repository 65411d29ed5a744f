const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads `500ms`, `5s`, `90s`, `10m`, `1h` as milliseconds; null for anything else, and for zero (`0s`). */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  const unit = match?.[2] as keyof typeof unitMs | undefined;
  if (!match || !unit) return null;
  const ms = Number(match[1]) * unitMs[unit];
  // Timers accept at most 2^31 - 1 ms.
  return ms > 0 && ms < 2 ** 31 ? ms : null;
}

/** The shortest spelling that is read back as the same duration: `90s`, `10m`. */
export function writtenDuration(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const [unit, size] = units.find(([, each]) => ms % each === 0) ?? ["ms", 1];
  return `${ms / size}${unit}`;
}
