import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { stopText } from "../../server/rules/wording/stop-text.ts";
import { triggerText } from "../../server/rules/wording/trigger-text.ts";
import { capital } from "../text/capital.ts";
import { DeploymentBadge, LiveMark } from "../ui/badge.tsx";
import { failureSentence, Sentence } from "../ui/sentence.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { headline, Sha } from "./version.tsx";

export interface DeploymentRowProps {
  readonly deployment: Deployment;
  readonly live: boolean;
  /** Shown in lists that mix several products. */
  readonly product: string | null;
  readonly repository: string | null;
  /** "live after 2.0 s" or "took 13 s"; null if it is too early to tell. */
  readonly timing: string | null;
  /** For a redeploy, the number of the deployment whose version it uses. */
  readonly source: number | null;
  /** Whether its version can be made live again and is not live now. */
  readonly canRedeploy: boolean;
}

export function DeploymentRows({ rows, now }: { readonly rows: readonly DeploymentRowProps[]; readonly now: Date }) {
  return (
    <ol class="deployments">
      {rows.map((row) => (
        <Row row={row} now={now} />
      ))}
    </ol>
  );
}

function Row({ row, now }: { readonly row: DeploymentRowProps; readonly now: Date }) {
  const { deployment, live, product, repository, timing, source, canRedeploy } = row;
  return (
    <li class="deployment" id={`deployment-${deployment.id}`}>
      <div class="deployment-status">
        <DeploymentBadge status={deployment.status} />
        {live && <LiveMark />}
      </div>
      <div class="deployment-version">
        <a class="headline" href={routes.deployment(deployment.id)}>
          {headline(deployment)}
        </a>
        <p class="meta">
          <span>{product === null ? `#${deployment.number}` : `${product} #${deployment.number}`}</span>
          {deployment.commit && <Sha commit={deployment.commit} repository={repository} />}
          {deployment.commit && <span>{deployment.commit.author}</span>}
          <span>{triggerText(deployment, source)}</span>
        </p>
        <Reason deployment={deployment} />
      </div>
      <p class="deployment-time">
        <RelativeTime at={deployment.createdAt} now={now} />
        {timing && <span class="muted">{timing}</span>}
      </p>
      <div class="deployment-action">
        {canRedeploy && (
          <a class="button small" href={routes.deploymentRedeploy(deployment.id)}>
            Redeploy<span class="visually-hidden"> #{deployment.number}</span>
          </a>
        )}
      </div>
    </li>
  );
}

function Reason({ deployment }: { readonly deployment: Deployment }) {
  if (deployment.status === "failed") {
    return (
      <p class="reason tone-bad">
        <Sentence text={failureSentence(deployment.failure)} />
      </p>
    );
  }
  if (deployment.status === "stopped") return <p class="reason">{capital(stopText(deployment))}</p>;
  return null;
}
