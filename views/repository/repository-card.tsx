import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface RepositoryProps {
  /** Null if the product is pushed to Baton. */
  readonly url: string | null;
  /** The deployed branches, one for each environment. */
  readonly branches: readonly BranchField[];
  readonly rootDirectory: string;
  readonly paths: readonly string[];
  readonly pollMinutes: number | null;
  readonly polledAt: Date | null;
}

export interface BranchField {
  readonly environment: string;
  readonly branch: string | null;
}

/** The name of the form field for an environment's branch. */
export function branchFieldName(environment: string): string {
  return `branch of ${environment}`;
}

export function RepositoryCard(props: {
  readonly slug: string;
  readonly repository: RepositoryProps;
  /** The values of a form that could not be saved. */
  readonly typed: URLSearchParams | null;
  readonly csrf: string | null;
  readonly now: Date;
}) {
  const { slug, repository, typed, csrf, now } = props;
  const inField = (name: string, saved: string) => typed?.get(name) ?? saved;
  const { url, branches, rootDirectory, paths, pollMinutes } = repository;
  return (
    <section class="card" id="repository">
      <h2>Repository</h2>
      <p class="muted">
        {url === null
          ? "You push this product to Baton. Connect a repository to have Baton fetch from there instead."
          : "Baton deploys from this repository. Direct pushes are refused while a repository is connected."}
      </p>
      <form class="variable-form" method="post" action={routes.productRepository(slug)}>
        <CsrfField token={csrf} />
        <TextField
          id="repository-repository"
          name="repository"
          label="URL"
          value={inField("repository", url ?? "")}
          placeholder="https://github.com/acme/shop.git"
          width="whole"
        />
        {branches.map(({ environment, branch }) => (
          <TextField
            id={`repository-${branchFieldName(environment).replaceAll(" ", "-")}`}
            name={branchFieldName(environment)}
            label={branches.length === 1 ? "Branch" : `Branch of ${environment}`}
            value={inField(branchFieldName(environment), branch ?? "")}
            placeholder="the default"
          />
        ))}
        <TextField
          id="repository-rootDirectory"
          name="rootDirectory"
          label="Root directory"
          value={inField("rootDirectory", rootDirectory)}
          placeholder="repository root"
        />
        <TextField
          id="repository-paths"
          name="paths"
          label="Deploy only when these change"
          value={inField("paths", paths.join(" "))}
          placeholder="apps/shop/** packages/**"
          width="grow"
        />
        <TextField
          id="repository-pollMinutes"
          name="pollMinutes"
          label="Poll every (minutes)"
          value={inField("pollMinutes", String(pollMinutes ?? ""))}
          placeholder="never"
        />
        <button class="button" type="submit">
          Save
        </button>
      </form>
      <LastPoll repository={repository} now={now} />
    </section>
  );
}

function LastPoll({ repository, now }: { readonly repository: RepositoryProps; readonly now: Date }) {
  const { pollMinutes, polledAt } = repository;
  if (pollMinutes === null || polledAt === null) return null;
  return (
    <p class="muted">
      Last polled <RelativeTime at={polledAt} now={now} />.
    </p>
  );
}

/** The same, for those who may not change it. */
export function RepositoryFacts({ repository, now }: { readonly repository: RepositoryProps; readonly now: Date }) {
  const { url, branches, rootDirectory, paths, pollMinutes } = repository;
  const facts: readonly (readonly [string, string | null])[] = [
    ["URL", url],
    ...branches.map(({ environment, branch }): [string, string | null] => [
      branches.length === 1 ? "Branch" : `Branch of ${environment}`,
      branch,
    ]),
    ["Root directory", rootDirectory || null],
    ["Deployed only when these change", paths.join(" ") || null],
    ["Polled every", pollMinutes === null ? null : counted(pollMinutes, "minute")],
  ];
  return (
    <section class="card" id="repository">
      <h2>Repository</h2>
      <p class="muted">
        {url === null ? "This product is pushed to Baton." : "Baton deploys from this repository."} Maintainers change
        this.
      </p>
      <dl class="facts-list">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div>
                <dt>{name}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ),
        )}
      </dl>
      <LastPoll repository={repository} now={now} />
    </section>
  );
}
