import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { PushLines } from "../ui/push-lines.tsx";

interface UninstalledProps {
  readonly frame: PageFrame;
  readonly slug: string;
  /** Null if it is pushed to Baton. */
  readonly repository: string | null;
  readonly gitUrl: string;
  readonly environments: readonly string[];
}

/** A product that exists but is in no environment. Its pushed code is kept, and nothing of it runs. */
export function UninstalledPage(props: UninstalledProps) {
  const { frame, slug, repository, gitUrl, environments } = props;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
        <span aria-current="page">{slug}</span>
      </p>
      <header class="page-head">
        <h1>{slug}</h1>
        {offers(frame, routes.productDelete.get) && (
          <div class="actions">
            <a class="button" href={routes.productDelete(slug)}>
              Delete {slug}
            </a>
          </div>
        )}
      </header>
      <section class="card empty" aria-labelledby="install-title">
        <h2 id="install-title">Not installed in any environment</h2>
        {offers(frame, routes.productSettings.post) ? (
          <Install frame={frame} slug={slug} repository={repository} gitUrl={gitUrl} environments={environments} />
        ) : (
          <p>Nothing is running, and pushes are only stored, until a maintainer installs it in an environment.</p>
        )}
      </section>
    </Layout>
  );
}

function Install(props: UninstalledProps) {
  const { frame, slug, repository, gitUrl, environments } = props;
  return (
    <>
      <p>Nothing is running, and pushes are only stored. Install it in an environment first.</p>
      <form class="fields" method="post" action={routes.productSettings(slug)}>
        <CsrfField token={frame.csrf} />
        <p class="field">
          <label for="install">Environment</label>
          <select id="install" name="install">
            {environments.map((name) => (
              <option value={name}>{name}</option>
            ))}
          </select>
        </p>
        <button class="button primary" type="submit">
          Install
        </button>
      </form>
      {repository === null ? (
        <>
          <p>Then a push deploys it:</p>
          <PushLines gitUrl={gitUrl} branch="main" />
        </>
      ) : (
        <p>
          Then the next push to <code>{repository}</code> is deployed.
        </p>
      )}
    </>
  );
}
