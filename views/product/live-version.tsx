import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { Sha } from "../deployment/version.tsx";
import { RelativeTime } from "../ui/time.tsx";

/** The version that serves, and when it went live. */
export interface LiveVersion {
  readonly deployment: Deployment;
  readonly since: Date | null;
}

/** For example "#12 · 1f2e3d4 · ada · went live 3 h ago". */
export function VersionLine(props: {
  readonly live: LiveVersion;
  readonly repository: string | null;
  readonly now: Date;
}) {
  const { live, repository, now } = props;
  const { number, commit } = live.deployment;
  return (
    <p class="meta">
      <span>#{number}</span>
      {commit && <Sha commit={commit} repository={repository} />}
      {commit && <span>{commit.author}</span>}
      {live.since && (
        <span>
          went live <RelativeTime at={live.since} now={now} />
        </span>
      )}
    </p>
  );
}
