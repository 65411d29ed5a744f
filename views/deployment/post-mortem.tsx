import type { Failure, Stage } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { Changes, type ChangesView, hasChanges } from "../redeploy/changes.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { OutputLines } from "../ui/output/output-lines.tsx";
import { failureSentence, Sentence } from "../ui/sentence.tsx";
import { RelativeTime } from "../ui/time.tsx";

/** What serves while a deployment does not. `since` is null if unknown. */
export interface Meanwhile {
  readonly text: string;
  readonly since: Date | null;
}

/** What changed since the last good version. */
export interface SinceGood {
  readonly number: number;
  readonly changes: ChangesView;
}

/** Explains a failure: what failed, the most likely reason, and the last output. */
export function PostMortem(props: {
  readonly failure: Failure;
  readonly served: string | null;
  /** The index of the output line that says why. */
  readonly errorAt: number | null;
  /** The missing variable, and the page where it can be set. */
  readonly missed: { readonly name: string; readonly url: string } | null;
  readonly meanwhile: Meanwhile;
  readonly sinceGood: SinceGood | null;
  readonly repository: string | null;
  readonly deploymentId: number;
  readonly csrf: string | null;
  /** Whether lists highlight the failure, and the reader may end that. */
  readonly canDismiss: boolean;
  readonly canRetry: boolean;
  readonly now: Date;
}) {
  const { failure, served, errorAt, missed, meanwhile, sinceGood, repository, now } = props;
  const { deploymentId, csrf, canDismiss, canRetry } = props;
  const facts: readonly (readonly [string, string])[] = [
    ["Stage", stageWords[failure.stage]],
    ...(failure.service === null ? [] : [["Service", failure.service] as const]),
    ...(failure.exitCode === null ? [] : [["Exit code", String(failure.exitCode)] as const]),
    ...(failure.outOfMemory ? [["Killed", "out of memory"] as const] : []),
    ...(failure.lastProbe === null ? [] : [["Last check", failure.lastProbe] as const]),
  ];
  return (
    <section class="post-mortem" aria-labelledby="post-mortem-title">
      <h2 id="post-mortem-title">
        <Icon name="cross" />
        <span>
          <Sentence text={failureSentence(failure)} />
        </span>
      </h2>
      {served && (
        <p class="served">
          <Icon name="undo" />
          {served}.
        </p>
      )}
      {failure.hint && <p class="hint">{failure.hint}</p>}
      {missed && (
        <p>
          <a class="button" href={missed.url}>
            Set {missed.name}
          </a>
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {failure.lastLines.length > 0 && (
        <>
          <h3>Last output</h3>
          <OutputLines lines={failure.lastLines} errorAt={errorAt} />
        </>
      )}
      {sinceGood && (
        <>
          <h3>What changed since #{sinceGood.number}, the last good version</h3>
          {hasChanges(sinceGood.changes) ? (
            <Changes changes={sinceGood.changes} repository={repository} />
          ) : (
            <p class="muted">No code changes. Check its variables and external services.</p>
          )}
        </>
      )}
      <div class="post-mortem-foot">
        <MeanwhileLine meanwhile={meanwhile} now={now} />
        <div class="actions">
          {canDismiss && (
            <form method="post" action={routes.deploymentDismiss(deploymentId)}>
              <CsrfField token={csrf} />
              <button class="button" type="submit" title="Stop highlighting this failure in lists">
                Dismiss
              </button>
            </form>
          )}
          {canRetry && (
            <form method="post" action={routes.deploymentRetry(deploymentId)}>
              <CsrfField token={csrf} />
              <button class="button" type="submit">
                <Icon name="undo" />
                Retry
              </button>
            </form>
          )}
        </div>
      </div>
    </section>
  );
}

export function MeanwhileLine({ meanwhile, now }: { readonly meanwhile: Meanwhile; readonly now: Date }) {
  return (
    <p class="meanwhile">
      <Icon name={meanwhile.since ? "check" : "dash"} />
      <span>
        {meanwhile.text}
        {meanwhile.since && (
          <>
            ; it went live <RelativeTime at={meanwhile.since} now={now} />
          </>
        )}
      </span>
    </p>
  );
}

const stageWords: Readonly<Record<Stage, string>> = {
  fetch: "Fetching the commit",
  plan: "Planning",
  build: "Building",
  init: "Init services",
  start: "Starting",
  health: "Checking health",
  "cut-over": "Cut-over",
  watch: "Watching, after the cut-over",
};
