const unitBytes = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** Reads `512m`, `1g`, `1.5GiB` as Docker and Compose write them (powers of 1024) as bytes; null for anything else. */
export function parseMemoryBytes(text: string): number | null {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)([kmg])(?:i?b)?$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() as keyof typeof unitBytes | undefined;
  return match && unit ? Math.round(Number(match[1]) * unitBytes[unit]) : null;
}

/** The shortest spelling that is read back as the same size: `512m`, `1g`. */
export function writtenMemory(bytes: number): string {
  const units = Object.entries(unitBytes).reverse();
  const [unit, size] = units.find(([, each]) => bytes % each === 0) ?? ["k", unitBytes.k];
  return `${Number((bytes / size).toFixed(3))}${unit}`;
}
