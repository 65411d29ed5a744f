import type { TimelineView } from "../../../../views/deployment/checks-timeline.tsx";
import type { CheckMark, Progress } from "./progress.ts";

/** Null if nothing was checked yet. */
export function timelineView(progress: Pick<Progress, "checks" | "cutOver" | "outcome">): TimelineView | null {
  const { checks, cutOver, outcome } = progress;
  const times = [...checks.flatMap(({ marks }) => marks.map(({ at }) => at)), ...(cutOver ? [cutOver.at] : [])].map(
    (at) => at.getTime(),
  );
  if (checks.length === 0) return null;
  return {
    begins: new Date(Math.min(...times)),
    ends: new Date(Math.max(...times)),
    services: checks.map(({ service, marks }) => {
      const hasPassed = marks.some(({ healthy, streak, needed }) => healthy && streak >= needed);
      const firstGood = marks.findIndex(({ healthy }) => healthy);
      const toneOf = (healthy: boolean, index: number) => {
        if (healthy) return "good";
        const isLost = firstGood !== -1 && index > firstGood;
        return isLost || (outcome === "failed" && !hasPassed) ? "bad" : "wait";
      };
      return {
        name: service,
        marks: marks.map((mark, index) => ({ at: mark.at, tone: toneOf(mark.healthy, index), text: markText(mark) })),
        hasPassed,
        isOver: outcome !== null,
      };
    }),
    cutOver: cutOver && { at: cutOver.at },
  };
}

function markText({ healthy, detail, streak, needed }: CheckMark): string {
  return healthy ? `${detail} (${streak} of ${needed})` : detail;
}
