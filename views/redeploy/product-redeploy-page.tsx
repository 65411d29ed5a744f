import type { Child } from "hono/jsx";
import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { headline, Sha } from "../deployment/version.tsx";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { inEnvironment, productIn } from "../text/in-environment.ts";
import { BuiltAgain } from "./built-again.tsx";
import { Interruptions, type InterruptionView } from "./interruptions.tsx";
import { LostData, type LostDataView } from "./lost-data.tsx";

export interface ProductRedeployProps {
  readonly slug: string;
  readonly repository: string | null;
  readonly environment: string;
  readonly deployment: Deployment;
  readonly stacks: readonly { readonly displayName: string; readonly serviceCount: number }[];
  /** Changed variables that builds use. */
  readonly builtIn: readonly string[];
  readonly interruptions: readonly InterruptionView[];
  /** Databases whose data is deleted with their containers. */
  readonly lost: readonly LostDataView[];
}

/** Redeploys the whole product: the same version, with fresh images and the current variables. */
export function ProductRedeployPage(props: { readonly frame: PageFrame; readonly redeploy: ProductRedeployProps }) {
  const { frame, redeploy } = props;
  const { slug, repository, environment, deployment, stacks, builtIn, interruptions, lost } = redeploy;
  const place = { environment };
  return (
    <ConfirmPage
      frame={frame}
      title={`Redeploy everything in ${productIn(slug, environment)}?`}
      action={inEnvironment(routes.productRedeploy(slug), place)}
      yes={stacks.length > 1 ? "Redeploy all stacks" : "Redeploy everything"}
      isDangerous={lost.length > 0}
      no={{ text: "Cancel", url: inEnvironment(routes.product(slug), place) }}
    >
      <dl class="facts">
        <Fact name="Product">{slug}</Fact>
        <Fact name="Version">
          {headline(deployment)} {deployment.commit && <Sha commit={deployment.commit} repository={repository} />}
        </Fact>
        <Fact name="Environment">{environment}</Fact>
        <Fact name="Stacks">{String(stacks.length)}</Fact>
      </dl>
      <ul class="stack-counts" aria-label="Stacks">
        {stacks.map(({ displayName, serviceCount }) => (
          <li>
            <span>{displayName}</span>
            <span class="muted">{counted(serviceCount, "service")}</span>
          </li>
        ))}
      </ul>
      <ul class="consequences">
        <li>
          Every container is recreated, including those that keep data. Init services such as migrations run again.
        </li>
        <li>Base and third-party images are pulled again, using the current variables.</li>
        <BuiltAgain names={builtIn} condition="" />
        <li>The running containers keep serving until the new ones have passed their checks.</li>
        <Interruptions interruptions={interruptions} />
        <LostData lost={lost} />
      </ul>
    </ConfirmPage>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
