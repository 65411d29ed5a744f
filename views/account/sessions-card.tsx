import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Badge } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface SessionView {
  readonly id: number;
  /** "Firefox on Linux" */
  readonly device: string;
  readonly address: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** Whether it is the one that shows this page. */
  readonly isThis: boolean;
}

export function SessionsCard(props: { readonly sessions: readonly SessionView[]; readonly frame: PageFrame }) {
  const { sessions, frame } = props;
  return (
    <section class="card wide" id="sessions" aria-labelledby="sessions-title">
      <header class="card-head">
        <h2 id="sessions-title">Where you’re signed in</h2>
        {sessions.length > 1 && (
          <form method="post" action={routes.accountSessionsEndOthers()}>
            <CsrfField token={frame.csrf} />
            <button class="button small" type="submit">
              Sign out everywhere else
            </button>
          </form>
        )}
      </header>
      <ul class="credentials">
        {sessions.map((session) => (
          <li>
            <div>
              <strong>{session.device}</strong>
              <p class="meta">
                {session.address !== null && <span>{session.address}</span>}
                <span>
                  Last seen <RelativeTime at={session.lastSeenAt} now={frame.now} />
                </span>
                <span>
                  Since <RelativeTime at={session.createdAt} now={frame.now} />
                </span>
              </p>
            </div>
            {session.isThis ? (
              <Badge tone="good" icon="check" text="This one" />
            ) : (
              <form method="post" action={routes.accountSessionEnd(session.id)}>
                <CsrfField token={frame.csrf} />
                <button class="button small" type="submit">
                  Sign out<span class="visually-hidden"> {session.device}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
