import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { headline, Sha } from "../deployment/version.tsx";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { inEnvironment, productIn } from "../text/in-environment.ts";
import { RelativeTime } from "../ui/time.tsx";
import { BuiltAgain } from "./built-again.tsx";
import { Changes, type ChangesView, hasChanges } from "./changes.tsx";
import { DataChoice, type DataThenView } from "./data-choice.tsx";
import { Interruptions, type InterruptionView } from "./interruptions.tsx";
import { LostData, type LostDataView } from "./lost-data.tsx";

export interface RedeployProps {
  readonly slug: string;
  readonly repository: string | null;
  readonly environment: string;
  readonly deployment: Deployment;
  readonly readyAt: Date;
  readonly live: boolean;
  /** Whether the product was stopped, so that this starts it again. */
  readonly isStart: boolean;
  /** Variables whose current values differ from this version's. */
  readonly differing: readonly string[];
  /** The number of the deployment that it would replace; null if nothing is live. */
  readonly replaces: number | null;
  /**
   * Services whose images no longer exist. Third-party images are pulled again, and the others are rebuilt from the
   * exact commit.
   */
  readonly missingImages: readonly string[];
  /** Variables that builds use and whose current values differ from this version's. */
  readonly builtIn: readonly string[];
  /** The differences from the live version; null if this is the live version, or if nothing is live. */
  readonly changes: ChangesView | null;
  readonly interruptions: readonly InterruptionView[];
  /** Databases whose data is deleted with their containers. */
  readonly lost: readonly LostDataView[];
  /** Init services, such as migrations, that ran in later versions, with the numbers of those deployments. */
  readonly ranSince: readonly { readonly service: string; readonly deployments: readonly number[] }[];
  /**
   * The data that the version last ran on; otherwise why it cannot be brought back, as the rest of a sentence. Null when
   * it has not been changed since, or when the reader may not restore.
   */
  readonly data: DataThenView | string | null;
  /** Variables that exist only in that version, and those that exist only now. */
  readonly onlyThen: readonly string[];
  readonly onlyNow: readonly string[];
}

export function RedeployPage({ frame, redeploy }: { readonly frame: PageFrame; readonly redeploy: RedeployProps }) {
  const { slug, repository, environment, deployment, readyAt, changes, isStart, differing, data } = redeploy;
  const act = isStart ? `Start ${slug} again` : `Redeploy #${deployment.number}`;
  return (
    <ConfirmPage
      frame={frame}
      title={
        isStart
          ? `Start ${productIn(slug, environment)} again?`
          : `Redeploy #${deployment.number} of ${productIn(slug, environment)}?`
      }
      action={routes.deploymentRedeploy(deployment.id)}
      fields={
        <>
          {data !== null && typeof data !== "string" && <DataChoice data={data} now={frame.now} />}
          {differing.length > 0 && <VariablesChoice redeploy={redeploy} />}
        </>
      }
      yes={act}
      isDangerous={redeploy.lost.length > 0}
      no={{ text: "Cancel", url: inEnvironment(routes.product(slug), { environment }) }}
    >
      <div class="quoted">
        <p class="headline">{headline(deployment)}</p>
        <p class="meta">
          <span>#{deployment.number}</span>
          {deployment.commit && <Sha commit={deployment.commit} repository={repository} />}
          {deployment.commit && <span>{deployment.commit.author}</span>}
          <span>
            ready <RelativeTime at={readyAt} now={frame.now} />
          </span>
        </p>
      </div>
      <Consequences redeploy={redeploy} />
      {changes && hasChanges(changes) && (
        <section class="change-list" aria-labelledby="changes-title">
          <h2 id="changes-title">What changes</h2>
          <Changes changes={changes} repository={repository} />
        </section>
      )}
    </ConfirmPage>
  );
}

function Consequences({ redeploy }: { readonly redeploy: RedeployProps }) {
  const { missingImages, builtIn, replaces, live, interruptions, lost, ranSince, data } = redeploy;
  return (
    <ul class="consequences">
      <li>
        {missingImages.length === 0
          ? "No build needed: the images are still here (takes seconds)."
          : `Images were removed (${missingImages.join(", ")}), so this commit will be rebuilt.`}
      </li>
      <BuiltAgain names={missingImages.length === 0 ? builtIn : []} condition="If you choose the current variables, " />
      {replaces === null ? (
        <li>Nothing is live now. This version goes live once it has passed its checks.</li>
      ) : (
        <li>
          {live ? "The running containers keep" : `#${replaces} keeps`} serving until the new version has passed its
          checks.
        </li>
      )}
      <Interruptions interruptions={interruptions} />
      <LostData lost={lost} />
      {ranSince.map(({ service, deployments }) => (
        <li class="tone-warn">
          <strong>{service}</strong> has run since, in {deployments.map((number) => `#${number}`).join(", ")}. Its
          changes to your data will not be undone
          {data !== null && typeof data !== "string" && ", unless you go back with the data"}.
        </li>
      ))}
      {typeof data === "string" && <li>The data of then cannot be brought back: {data}.</li>}
    </ul>
  );
}

function VariablesChoice({ redeploy }: { readonly redeploy: RedeployProps }) {
  const { onlyThen, onlyNow, isStart, live, differing } = redeploy;
  return (
    <fieldset class="choice">
      <legend>Variables</legend>
      <p class="help">Changed since: {differing.join(", ")}</p>
      <label>
        <input type="radio" name="variables" value="then" checked={!isStart} />
        <span>
          As they were in this version
          {onlyThen.length > 0 && <span class="muted"> with {onlyThen.join(", ")}, removed since</span>}
        </span>
      </label>
      <label>
        <input type="radio" name="variables" value="now" checked={isStart} />
        <span>
          As they are now{live && ": the same as Apply changes"}
          {onlyNow.length > 0 && <span class="muted"> with {onlyNow.join(", ")}, added since</span>}
        </span>
      </label>
    </fieldset>
  );
}
