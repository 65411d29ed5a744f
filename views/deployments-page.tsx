import { routes } from "../server/routes.ts";
import { type DeploymentRow, DeploymentRows } from "./deployment-row.tsx";
import type { Frame } from "./frame.ts";
import { Layout } from "./layout.tsx";

export function DeploymentsPage(props: {
  readonly frame: Frame;
  readonly rows: readonly DeploymentRow[];
  /** Id to go on from; null: this is the last page. */
  readonly next: number | null;
  /** Null: those of all products. */
  readonly product: string | null;
}) {
  const { frame, rows, next, product } = props;
  const page = new URLSearchParams({ ...(product !== null && { product }), before: String(next) });
  return (
    <Layout frame={frame}>
      <h1>{frame.title}</h1>
      {rows.length === 0 ? (
        <p class="card empty muted">Nothing was deployed yet.</p>
      ) : (
        <div class="card flush">
          <DeploymentRows rows={rows} now={frame.now} />
        </div>
      )}
      {next !== null && (
        <p class="more">
          <a class="button" href={`${routes.deployments()}?${page}`}>
            Earlier deployments
          </a>
        </p>
      )}
    </Layout>
  );
}
