import { routes } from "../../server/routes.ts";
import { type LiveVersion, VersionLine } from "../product/live-version.tsx";
import { inEnvironment } from "../text/in-environment.ts";

export interface TrackingEnvironment {
  readonly environment: string;
  /** Null means the repository's default branch. */
  readonly branch: string | null;
  readonly live: LiveVersion | null;
}

/** Shows which pushes are deployed where, and the result. */
export function EnvironmentsCard(props: {
  readonly slug: string;
  readonly repository: string | null;
  readonly environments: readonly TrackingEnvironment[];
  readonly now: Date;
}) {
  const { slug, repository, environments, now } = props;
  return (
    <section class="card" id="environments">
      <h2>Branches and environments</h2>
      <ul class="variables">
        {environments.map(({ environment, branch, live }) => (
          <li>
            <div>
              <p>
                <a href={inEnvironment(routes.product(slug), { environment })}>{environment}</a>{" "}
                {branch === null ? (
                  "deploys the default branch"
                ) : (
                  <>
                    deploys pushes to <code>{branch}</code>
                  </>
                )}
              </p>
              {live ? (
                <VersionLine live={live} repository={repository} now={now} />
              ) : (
                <p class="meta">No version is live</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
