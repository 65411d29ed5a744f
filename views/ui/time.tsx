const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Returns "just now", "3 min ago", "5 h ago", "yesterday", "6 days ago", then the date. baton.js uses the same words as
 * time passes.
 */
export function relativeText(at: Date, now: Date): string {
  const ageMs = now.getTime() - at.getTime();
  if (ageMs < 45_000) return "just now";
  if (ageMs < hourMs) return `${Math.max(1, Math.round(ageMs / minuteMs))} min ago`;
  if (ageMs < dayMs) return `${Math.round(ageMs / hourMs)} h ago`;
  if (ageMs < 2 * dayMs) return "yesterday";
  if (ageMs < 14 * dayMs) return `${Math.floor(ageMs / dayMs)} days ago`;
  return at.toISOString().slice(0, 10);
}

function exactText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Shows a relative time, with the exact one on hover and for machines. */
export function RelativeTime({ at, now }: { readonly at: Date; readonly now: Date }) {
  return (
    <time datetime={at.toISOString()} title={exactText(at)} data-relative="">
      {relativeText(at, now)}
    </time>
  );
}

/** Shows how long something has been going on. baton.js keeps it ticking. */
export function Elapsed({ since, now }: { readonly since: Date; readonly now: Date }) {
  return (
    <time datetime={since.toISOString()} title={`since ${exactText(since)}`} data-elapsed="">
      {clockText(now.getTime() - since.getTime())}
    </time>
  );
}

/** Returns "0:04", "12:30" or "1:02:03". */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(rest).padStart(2, "0");
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, "0")}:${tail}`;
}
