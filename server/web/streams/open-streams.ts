import { createHash } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";

/** What let somebody in: a session's cookie or a token. */
export interface Credential {
  /** Tells it from all others without being it. */
  readonly key: string;
  /** Whether it still lets in. */
  holds(): Promise<boolean>;
}

/** The answers that are still being streamed, by who opened them: none goes on for long after its credential has ended. */
export interface OpenStreams {
  /** `end` is called when the credential has ended, or the stream has lasted for too long. To be forgotten when it is over. */
  add(credential: Credential, end: (reason: StreamEnded) => void): () => void;
  /** Signed out: its streams end at once. */
  endAll(key: string): void;
}

/** The sentence is for whoever reads the stream. */
export class StreamEnded extends Error {
  override readonly name = "StreamEnded";
}

/** A credential may end in many ways (expiry, another process, a new administrator's token): so it is asked for again. */
const recheckMs = 5_000;
/** Readers come again by themselves, and go on where they were. */
const lifetimeMs = 4 * 60 * 60 * 1000;

export const credentialKey = (kind: "session" | "token", secret: string) =>
  `${kind} ${createHash("sha256").update(secret, "utf8").digest("base64")}`;

export function createOpenStreams({ clock }: { readonly clock: Clock }): OpenStreams {
  interface Open {
    readonly sinceMs: number;
    readonly end: (reason: StreamEnded) => void;
  }
  const streams = new Map<string, { readonly credential: Credential; readonly open: Set<Open> }>();
  let timer: NodeJS.Timeout | null = null;

  return {
    add(credential, end) {
      const one = { sinceMs: clock.monotonicMs(), end };
      const group = streams.get(credential.key) ?? { credential, open: new Set() };
      streams.set(credential.key, group);
      group.open.add(one);
      timer ??= setInterval(() => void recheck(), recheckMs).unref();
      return () => {
        group.open.delete(one);
        if (group.open.size === 0 && streams.get(credential.key) === group) streams.delete(credential.key);
        if (streams.size > 0 || !timer) return;
        clearInterval(timer);
        timer = null;
      };
    },
    endAll: (key) => endThose(key, () => true, "the session that opened it has been signed out"),
  };

  async function recheck(): Promise<void> {
    const nowMs = clock.monotonicMs();
    for (const [key, { credential }] of [...streams]) {
      endThose(key, ({ sinceMs }) => nowMs - sinceMs >= lifetimeMs, "it has lasted for four hours: open it again");
      // A database that does not answer has not said that anything ended.
      const holds = await credential.holds().catch(() => true);
      if (!holds) endThose(key, () => true, "the session or token that opened it is no longer valid");
    }
  }

  function endThose(key: string, which: (open: Open) => boolean, reason: string): void {
    for (const one of [...(streams.get(key)?.open ?? [])].filter(which)) one.end(new StreamEnded(reason));
  }
}
