import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { Layout } from "./layout.tsx";

/** "Are you sure?", as a page: it works without scripts and can be left by the back button. */
export function StopPage(props: {
  readonly frame: Frame;
  readonly slug: string;
  readonly environment: string;
  readonly urls: readonly string[];
}) {
  const { frame, slug, environment, urls } = props;
  return (
    <Layout frame={frame}>
      <section class="card confirm">
        <h1>
          Stop {slug}
          {environment !== "production" && ` in ${environment}`}?
        </h1>
        <ul class="consequences">
          <li>Its containers stop. Requests that are being answered are finished first.</li>
          {urls.length > 0 && (
            <li>{urls.map((url) => url.replace(/^https?:\/\//, "")).join(", ")} answers 503 with a plain page.</li>
          )}
          <li>Data, variables and versions stay. A redeploy or a push starts it again.</li>
        </ul>
        <form class="actions" method="post" action={inEnvironment(routes.productStop(slug), { environment })}>
          <CsrfField token={frame.csrf} />
          <button class="button danger" type="submit">
            Stop {slug}
          </button>
          <a class="button" href={inEnvironment(routes.product(slug), { environment })}>
            Keep it running
          </a>
        </form>
      </section>
    </Layout>
  );
}
