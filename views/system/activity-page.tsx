import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface DeedView {
  readonly at: Date;
  readonly who: string;
  readonly what: string;
  readonly subject: string;
  readonly detail: string | null;
  readonly deploymentId: number | null;
  readonly address: string;
}

export function ActivityPage(props: {
  readonly frame: PageFrame;
  readonly deeds: readonly DeedView[];
  /** Id to go on from; null: this is the last page. */
  readonly next: number | null;
}) {
  const { frame, deeds, next } = props;
  return (
    <Layout frame={frame}>
      <header>
        <h1>Activity</h1>
        <p class="muted">Who did what, and from where. Append-only.</p>
      </header>
      {deeds.length === 0 ? (
        <p class="card empty muted">No activity yet.</p>
      ) : (
        <ol class="card flush deeds">
          {deeds.map((deed) => (
            <li class="deed">
              <p>
                <strong>{deed.who}</strong> {deed.what} <Subject deed={deed} />
                {deed.detail && <span class="muted deed-detail">{deed.detail}</span>}
              </p>
              <p class="meta">
                <RelativeTime at={deed.at} now={frame.now} />
                <span>{deed.address}</span>
              </p>
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <p class="more">
          <a class="button" href={`${routes.activity()}?${new URLSearchParams({ before: String(next) })}`}>
            Earlier
          </a>
        </p>
      )}
    </Layout>
  );
}

function Subject({ deed: { subject, deploymentId } }: { readonly deed: DeedView }) {
  return deploymentId === null ? <span>{subject}</span> : <a href={routes.deployment(deploymentId)}>{subject}</a>;
}
