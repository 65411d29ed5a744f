import { type DeploymentRowProps, DeploymentRows } from "./deployment-row.tsx";

export const statusFilters = ["all", "under-way", "ready", "failed", "stopped"] as const;
export type StatusFilter = (typeof statusFilters)[number];

export interface DeploymentList {
  readonly filter: StatusFilter;
  readonly rows: readonly DeploymentRowProps[];
  /** The id that the next page starts before; null on the last page. */
  readonly next: number | null;
}

const names: Readonly<Record<StatusFilter, string>> = {
  all: "All",
  "under-way": "Under way",
  ready: "Ready",
  failed: "Failed",
  stopped: "Stopped",
};

/**
 * The filters are links, so that users can bookmark them and go back with the back button. `query` holds the page's
 * other parameters.
 */
export function StatusFilters(props: {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly current: StatusFilter;
}) {
  const { path, query, current } = props;
  return (
    <nav class="filters" aria-label="Status">
      {statusFilters.map((filter) => (
        <a
          href={address(path, { ...query, ...(filter !== "all" && { status: filter }) })}
          aria-current={filter === current ? "true" : undefined}
        >
          {names[filter]}
        </a>
      ))}
    </nav>
  );
}

export const deploymentListId = "deployment-list";

export function DeploymentListPart(props: {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly list: DeploymentList;
  readonly now: Date;
}) {
  const { path, query, list, now } = props;
  const { rows, next, filter } = list;
  const more = { ...query, ...(filter !== "all" && { status: filter }), before: String(next) };
  return (
    <div id={deploymentListId} class="stack">
      {rows.length === 0 ? (
        <p class="card empty muted">{nothing(filter)}</p>
      ) : (
        <div class="card flush">
          <DeploymentRows rows={rows} now={now} />
        </div>
      )}
      {next !== null && (
        <p class="more">
          <a class="button" href={address(path, more)}>
            Earlier deployments
          </a>
        </p>
      )}
    </div>
  );
}

function nothing(filter: StatusFilter): string {
  switch (filter) {
    case "all":
      return "No deployments yet. Push to start the first one.";
    case "under-way":
      return "No deployment is under way.";
    case "ready":
      return "No deployment is ready yet.";
    case "failed":
      return "No deployment has failed.";
    case "stopped":
      return "No deployment was stopped.";
  }
}

function address(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query);
  return search.size === 0 ? path : `${path}?${search}`;
}
