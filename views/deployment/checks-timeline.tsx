import { Icon } from "../ui/icon.tsx";
import { clockText, RelativeTime } from "../ui/time.tsx";

/** The health checks of a deployment, from the first probe to the result. */
export interface TimelineView {
  readonly begins: Date;
  readonly ends: Date;
  readonly services: readonly ServiceTimeline[];
  /** When traffic moved; null if it has not. */
  readonly cutOver: { readonly at: Date } | null;
}

export interface ServiceTimeline {
  readonly name: string;
  readonly marks: readonly {
    readonly at: Date;
    /** `wait` means that the service has not passed yet, which is normal right after its start. */
    readonly tone: "good" | "bad" | "wait";
    /** For example "GET / answered 200 in 12 ms (2 of 3)". */
    readonly text: string;
  }[];
  readonly hasPassed: boolean;
  /** Whether all checks have ended. */
  readonly isOver: boolean;
}

const width = 1000;
const markWidth = 8;

/** Shows what every service answered and when, and the moment when traffic moved. */
export function ChecksTimeline({ timeline, now }: { readonly timeline: TimelineView; readonly now: Date }) {
  const { begins, ends, services, cutOver } = timeline;
  const spanMs = Math.max(1, ends.getTime() - begins.getTime());
  const x = (at: Date) => Math.round(((at.getTime() - begins.getTime()) / spanMs) * (width - markWidth));
  return (
    <section class="card timeline" aria-labelledby="checks-title">
      <h2 id="checks-title">Checks</h2>
      <ol class="timeline-rows">
        {services.map(({ name, marks, hasPassed, isOver }) => {
          const last = marks.at(-1);
          return (
            <li class={hasPassed ? "timeline-row passed" : "timeline-row"}>
              <span class="timeline-name">
                <Icon name={hasPassed ? "check" : "ring"} />
                {name}
                <span class="visually-hidden">
                  {hasPassed ? ", passed:" : isOver ? ", did not pass:" : ", not passed yet:"}
                </span>
              </span>
              <svg class="timeline-track" viewBox={`0 0 ${width} 16`} preserveAspectRatio="none" aria-hidden="true">
                <rect class="track" x="0" y="7" width={String(width)} height="2" />
                {cutOver && <rect class="moved" x={String(x(cutOver.at))} y="0" width="3" height="16" />}
                {marks.map(({ at, tone, text }) => (
                  <rect class={`mark-${tone}`} x={String(x(at))} y="2" width={String(markWidth)} height="12" rx="3">
                    <title>{`${clockText(at.getTime() - begins.getTime())} ${text}`}</title>
                  </rect>
                ))}
              </svg>
              <span class="timeline-last">{last?.text ?? ""}</span>
            </li>
          );
        })}
      </ol>
      {cutOver && (
        <p class="moved-text">
          <Icon name="arrow" />
          <span>
            Traffic switched, <RelativeTime at={cutOver.at} now={now} />
          </span>
        </p>
      )}
    </section>
  );
}
