import { createHash } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";

/** The credential that opened a stream: a session's cookie or a token. */
export interface Credential {
  /** Identifies the credential without revealing it. */
  readonly key: string;
  /** Whether the credential is still valid. */
  holds(): Promise<boolean>;
}

/** The answers that are still being streamed, by credential. None of them outlives its credential for long. */
export interface OpenStreams {
  /**
   * `end` is called if the credential has become invalid, if `isOpen` says that this stream's own content is not for
   * its reader any more, or if the stream has lasted too long. Call the returned function
   * when the stream is over.
   */
  add(credential: Credential, end: (reason: StreamEnded) => void, isOpen?: () => Promise<boolean>): () => void;
  /** Ends all streams of a credential at once, for signing out. */
  endAll(key: string): void;
  /** Checks all credentials now, for those who have just ended some. */
  recheck(): Promise<void>;
}

/** The message is a sentence for the stream's reader. */
export class StreamEnded extends Error {
  override readonly name = "StreamEnded";
}

/**
 * A credential may end in many ways (expiry, another process, a new administrator's token), so it is checked this
 * often.
 */
const recheckMs = 5_000;
/** Readers reconnect automatically and continue where they were. */
const lifetimeMs = 4 * 60 * 60 * 1000;

export const credentialKey = (kind: "session" | "token", secret: string) =>
  `${kind} ${createHash("sha256").update(secret, "utf8").digest("base64")}`;

export function createOpenStreams({ clock }: { readonly clock: Clock }): OpenStreams {
  interface Open {
    readonly sinceMs: number;
    readonly end: (reason: StreamEnded) => void;
    readonly isOpen: (() => Promise<boolean>) | null;
  }
  const streams = new Map<string, { readonly credential: Credential; readonly open: Set<Open> }>();
  let timer: NodeJS.Timeout | null = null;

  return {
    add(credential, end, isOpen) {
      const one = { sinceMs: clock.monotonicMs(), end, isOpen: isOpen ?? null };
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
    recheck,
    endAll: (key) => endThose(key, () => true, "the session that opened it has been signed out"),
  };

  async function recheck(): Promise<void> {
    const nowMs = clock.monotonicMs();
    for (const [key, { credential, open }] of [...streams]) {
      endThose(key, ({ sinceMs }) => nowMs - sinceMs >= lifetimeMs, "it has lasted for four hours: open it again");
      // A database that does not answer does not mean that the credential is invalid.
      const holds = await credential.holds().catch(() => true);
      const closed = new Set<Open>();
      for (const one of open) if (one.isOpen && !(await one.isOpen().catch(() => true))) closed.add(one);
      endThose(key, (one) => closed.has(one), "its content is not open to its reader any more");
      if (!holds) endThose(key, () => true, "the session or token that opened it is no longer valid");
    }
  }

  function endThose(key: string, which: (open: Open) => boolean, reason: string): void {
    for (const one of [...(streams.get(key)?.open ?? [])].filter(which)) one.end(new StreamEnded(reason));
  }
}
