import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { FieldError } from "../ui/form/person-fields.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface ActionView {
  readonly at: Date;
  readonly who: string;
  readonly token: string | null;
  readonly what: string;
  readonly subject: string;
  readonly detail: string | null;
  readonly deploymentId: number | null;
  readonly address: string;
}

/** The fields of the filter as they were typed; empty ones filter nothing. */
export type ActivityFields = Readonly<Record<"search" | "who" | "token" | "product" | "what" | "from" | "to", string>>;

export interface ActivityProps {
  readonly frame: PageFrame;
  readonly actions: readonly ActionView[];
  /** The id of the entry that the next page begins after; null on the last page. */
  readonly next: number | null;
  readonly typed: ActivityFields;
  /** What to suggest in the filter. */
  readonly choices: Readonly<Record<"who" | "token" | "what" | "products", readonly string[]>>;
  /** Why the filter is refused. */
  readonly error: string | null;
}

export function ActivityPage(props: ActivityProps) {
  const { frame, actions, next, typed, error } = props;
  const isFiltered = Object.values(typed).some((value) => value !== "");
  return (
    <Layout frame={frame}>
      <header class="page-head">
        <div>
          <h1>Activity</h1>
          <p class="muted">Who did what, and from where. Nobody can change or delete an entry.</p>
        </div>
        <div class="actions">
          <a class="button small" href={urlWith(routes.api.activityTable(), typed)} download>
            Export CSV
          </a>
          <a class="button small" href={urlWith(routes.api.activityExport(), typed)} download>
            Export JSON lines
          </a>
        </div>
      </header>
      <FilterForm {...props} isFiltered={isFiltered} />
      {error === null && actions.length === 0 && (
        <p class="card empty muted">{isFiltered ? "Nothing matches this filter." : "No activity yet."}</p>
      )}
      {actions.length > 0 && (
        <ol class="card flush">
          {actions.map((action) => (
            <li class="action">
              <p>
                <strong>{action.who}</strong>
                {action.token !== null && <span class="muted"> (token {action.token})</span>} {action.what}{" "}
                <Subject action={action} />
                {action.detail && <span class="muted action-detail">{action.detail}</span>}
              </p>
              <p class="meta">
                <RelativeTime at={action.at} now={frame.now} />
                <span>{action.address}</span>
              </p>
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <p class="more">
          <a class="button" href={urlWith(routes.activity(), { ...typed, before: String(next) })}>
            Earlier
          </a>
        </p>
      )}
    </Layout>
  );
}

function FilterForm({ typed, choices, error, isFiltered }: ActivityProps & { readonly isFiltered: boolean }) {
  return (
    <form class="activity-filter" method="get" action={routes.activity()} aria-label="Filter">
      <p class="field wide">
        <label for="search">Search</label>
        <input
          id="search"
          type="search"
          name="search"
          value={typed.search}
          placeholder="A name, variable, domain or address"
          maxlength={200}
        />
      </p>
      <Suggested label="Person" name="who" value={typed.who} from={choices.who} />
      <Suggested label="Token" name="token" value={typed.token} from={choices.token} />
      <Suggested label="Product" name="product" value={typed.product} from={choices.products} />
      <Suggested label="Action" name="what" value={typed.what} from={choices.what} />
      <p class="field">
        <label for="from">From</label>
        <input
          id="from"
          type="date"
          name="from"
          value={typed.from}
          aria-describedby={error ? "filter-error" : undefined}
        />
      </p>
      <p class="field">
        <label for="to">To (UTC)</label>
        <input id="to" type="date" name="to" value={typed.to} aria-describedby={error ? "filter-error" : undefined} />
      </p>
      <FieldError id="filter-error" message={error} />
      <p class="actions">
        <button class="button" type="submit">
          Filter
        </button>
        {isFiltered && (
          <a class="button" href={routes.activity()}>
            Clear
          </a>
        )}
      </p>
    </form>
  );
}

/** A field that suggests what there is, and takes what there was: products and people may be gone. */
function Suggested(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly from: readonly string[];
}) {
  const { label, name, value, from } = props;
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={value}
        list={`${name}-choices`}
        placeholder="Any"
        maxlength={200}
        autocomplete="off"
        autocapitalize="none"
      />
      <datalist id={`${name}-choices`}>
        {from.map((one) => (
          <option value={one}></option>
        ))}
      </datalist>
    </p>
  );
}

/** Leaves empty fields out. */
function urlWith(path: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));
  return query.size === 0 ? path : `${path}?${query}`;
}

function Subject({ action: { subject, deploymentId } }: { readonly action: ActionView }) {
  return deploymentId === null ? <span>{subject}</span> : <a href={routes.deployment(deploymentId)}>{subject}</a>;
}
