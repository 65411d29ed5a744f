const units = ["B", "KB", "MB", "GB", "TB"] as const;

/** Returns "900 MB" or "1.2 GB": decimal units, which disks and Docker use. */
export function sizeText(bytes: number): string {
  const exponent = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** exponent;
  return `${value < 10 && exponent > 0 ? value.toFixed(1) : Math.round(value)} ${units[exponent]}`;
}
