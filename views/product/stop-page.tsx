import { routes } from "../../server/routes.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { DataAtStake } from "../redeploy/lost-data.tsx";
import { inEnvironment, productIn } from "../text/in-environment.ts";

export function StopPage(props: {
  readonly frame: PageFrame;
  readonly slug: string;
  readonly environment: string;
  readonly urls: readonly string[];
  /** Data that is deleted with the containers. */
  readonly atStake: readonly { readonly service: string; readonly path: string }[];
}) {
  const { frame, slug, environment, urls, atStake } = props;
  return (
    <ConfirmPage
      frame={frame}
      title={`Stop ${productIn(slug, environment)}?`}
      action={inEnvironment(routes.productStop(slug), { environment })}
      yes={`Stop ${slug}`}
      isDangerous
      no={{ text: "Keep it running", url: inEnvironment(routes.product(slug), { environment }) }}
    >
      <ul class="consequences">
        <li>Its containers stop. Requests in progress finish first.</li>
        {urls.length > 0 && <li>{urls.map((url) => url.replace(/^https?:\/\//, "")).join(", ")} will return 503.</li>}
        <DataAtStake atStake={atStake} />
        <li>
          {atStake.length > 0 ? "All other data, variables" : "Data, variables"} and versions are kept. A redeploy or a
          push starts it again.
        </li>
      </ul>
    </ConfirmPage>
  );
}
