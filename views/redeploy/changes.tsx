import type { Commit } from "../../server/model/deployment/deployment.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { Sha } from "../deployment/version.tsx";

/** The differences between two versions of a product. */
export interface ChangesView {
  /** Newest first. One more than is shown means that there are more. */
  readonly added: readonly Commit[];
  /** Commits that only the version being replaced has. */
  readonly undone: readonly Commit[];
  /** Names only; values are never shown. */
  readonly variables: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
}

export const shownCommits = 10;

export function hasChanges({ added, undone, variables }: ChangesView): boolean {
  return [added, undone, variables.added, variables.removed, variables.changed].some((list) => list.length > 0);
}

export function Changes(props: { readonly changes: ChangesView; readonly repository: string | null }) {
  const { changes, repository } = props;
  const { added, undone, variables } = changes;
  return (
    <div class="changes">
      <Commits commits={added} title="Adds" mark="+" repository={repository} />
      <Commits commits={undone} title="Reverts" mark="−" repository={repository} />
      <Names names={variables.added} title="Variables added" />
      <Names names={variables.removed} title="Variables removed" />
      <Names names={variables.changed} title="Variables changed" />
    </div>
  );
}

function Commits(props: {
  readonly commits: readonly Commit[];
  readonly title: string;
  readonly mark: string;
  readonly repository: string | null;
}) {
  const { commits, title, mark, repository } = props;
  if (commits.length === 0) return null;
  const more = commits.length > shownCommits;
  return (
    <div>
      <h3>
        {title} {more ? `more than ${counted(shownCommits, "commit")}` : counted(commits.length, "commit")}
      </h3>
      <ul class="commits">
        {commits.slice(0, shownCommits).map((commit) => (
          <li>
            <span class="commit-mark" aria-hidden="true">
              {mark}
            </span>
            <Sha commit={commit} repository={repository} />
            <span>
              {commit.message} <span class="muted">{commit.author}</span>
            </span>
          </li>
        ))}
        {more && <li class="muted">… and earlier ones</li>}
      </ul>
    </div>
  );
}

function Names({ names, title }: { readonly names: readonly string[]; readonly title: string }) {
  if (names.length === 0) return null;
  return (
    <p>
      {title}:{" "}
      {names.map((name, index) => (
        <>
          {index > 0 && ", "}
          <code>{name}</code>
        </>
      ))}
    </p>
  );
}
