import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { Icon } from "../ui/icon.tsx";
import { Sentence } from "../ui/sentence.tsx";

/** What is happening to a product now, or what failed last. */
export interface Activity {
  readonly deployment: Deployment;
  readonly tone: "wait" | "busy" | "bad";
  readonly text: string;
  /** 0 to 100; null if progress cannot be measured. */
  readonly percent: number | null;
}

export function ActivityLine({ activity }: { readonly activity: Activity }) {
  const { deployment, tone, text, percent } = activity;
  const icon = { wait: "clock", busy: "spinner", bad: "cross" } as const;
  return (
    <a class={`activity tone-${tone}`} href={routes.deployment(deployment.id)}>
      <Icon name={icon[tone]} />
      <strong>#{deployment.number}</strong>
      <span class="activity-text">
        <Sentence text={text} />
      </span>
      {percent !== null && (
        <progress value={percent} max={100} aria-label={`Deployment ${deployment.number}`}></progress>
      )}
    </a>
  );
}
