import type { Deployment } from "../server/model/deployment.ts";
import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame } from "./frame.ts";
import { Layout } from "./layout.tsx";
import { RelativeTime } from "./time.tsx";
import { headline, Sha } from "./version.tsx";

export interface RedeployProps {
  readonly slug: string;
  readonly deployment: Deployment;
  readonly readyAt: Date;
  readonly live: boolean;
  /** The deployment that it would replace; null: nothing is live. */
  readonly replaces: number | null;
  /** Its images are gone, so its commit is built again. */
  readonly rebuild: boolean;
  /** Variables that exist only in that version, and those that exist only today. */
  readonly onlyThen: readonly string[];
  readonly onlyNow: readonly string[];
}

export function RedeployPage({ frame, redeploy }: { readonly frame: Frame; readonly redeploy: RedeployProps }) {
  const { slug, deployment, readyAt, live } = redeploy;
  return (
    <Layout frame={frame}>
      <section class="card confirm">
        <h1>{live ? `Redeploy ${slug}?` : `Go back to #${deployment.number} of ${slug}?`}</h1>
        <div class="quoted">
          <p class="headline">{headline(deployment)}</p>
          <p class="meta">
            <span>#{deployment.number}</span>
            {deployment.commit && <Sha commit={deployment.commit} />}
            {deployment.commit && <span>{deployment.commit.author}</span>}
            <span>
              ready <RelativeTime at={readyAt} now={frame.now} />
            </span>
          </p>
        </div>
        <Consequences redeploy={redeploy} />
        <form method="post" action={routes.deploymentRedeploy(deployment.id)}>
          <CsrfField token={frame.csrf} />
          <VariablesChoice redeploy={redeploy} />
          <div class="actions">
            <button class="button primary" type="submit">
              {live ? "Redeploy" : `Go back to #${deployment.number}`}
            </button>
            <a class="button" href={routes.product(slug)}>
              Leave it as it is
            </a>
          </div>
        </form>
      </section>
    </Layout>
  );
}

function Consequences({ redeploy }: { readonly redeploy: RedeployProps }) {
  const { rebuild, replaces, live } = redeploy;
  return (
    <ul class="consequences">
      <li>
        {rebuild
          ? "Its images were removed, so exactly this commit is built again."
          : "Its images are still here, so nothing is built: this takes seconds."}
      </li>
      {replaces === null ? (
        <li>Nothing is live now. It goes live when it has passed its checks.</li>
      ) : (
        <li>
          {live ? "The running containers keep" : `#${replaces} keeps`} serving until the new ones have passed their
          checks.
        </li>
      )}
    </ul>
  );
}

function VariablesChoice({ redeploy }: { readonly redeploy: RedeployProps }) {
  const { onlyThen, onlyNow } = redeploy;
  return (
    <fieldset class="choice">
      <legend>Variables</legend>
      <label>
        <input type="radio" name="variables" value="then" checked />
        <span>
          As they were in this version
          {onlyThen.length > 0 && <span class="muted"> with {onlyThen.join(", ")}, removed since</span>}
        </span>
      </label>
      <label>
        <input type="radio" name="variables" value="now" />
        <span>
          As they are today
          {onlyNow.length > 0 && <span class="muted"> with {onlyNow.join(", ")}, added since</span>}
        </span>
      </label>
    </fieldset>
  );
}
