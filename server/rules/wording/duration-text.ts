/** Formats a duration as precisely as is useful: "850 ms", "4.1 s", "5 s", "90 s", "2 min 5 s", "3 h 10 min". */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9950 && ms % 1000 !== 0) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The same for a measured duration, which is never "0 ms". */
export function elapsedText(ms: number): string {
  return Math.round(ms) < 1 ? "under 1 ms" : durationText(ms);
}

/** Formats a count: "1 request", "3 requests". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
