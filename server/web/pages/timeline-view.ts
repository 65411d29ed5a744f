import type { TimelineView } from "../../../views/checks-timeline.tsx";
import type { CheckMark, Progress } from "./progress.ts";

/** Null: nothing was checked yet. */
export function timelineView({ checks, cutOver }: Pick<Progress, "checks" | "cutOver">): TimelineView | null {
  const times = [...checks.flatMap(({ marks }) => marks.map(({ at }) => at)), ...(cutOver ? [cutOver.at] : [])].map(
    (at) => at.getTime(),
  );
  if (checks.length === 0) return null;
  return {
    begins: new Date(Math.min(...times)),
    ends: new Date(Math.max(...times)),
    services: checks.map(({ service, marks }) => ({
      name: service,
      marks: marks.map((mark) => ({ at: mark.at, healthy: mark.healthy, text: markText(mark) })),
      hasPassed: marks.some(({ healthy, streak, needed }) => healthy && streak >= needed),
    })),
    cutOver: cutOver && { at: cutOver.at },
  };
}

function markText({ healthy, detail, streak, needed }: CheckMark): string {
  return healthy ? `${detail} (${streak} of ${needed})` : detail;
}
