import type { Readable } from "node:stream";
import type { PushRequest } from "../../ports/git.ts";

/** A push as `readPush` returns it: what the port shows of it, and what storing and answering it take. */
export interface ReceivedPush extends PushRequest {
  /** `shallow <id>` lines, which say where the client's history is cut off. */
  readonly shallowLines: readonly string[];
  readonly capabilities: PushCapabilities;
  /** The request's body from the start of the pack. */
  readonly pack: Readable;
}

/** The capabilities of the client that matter here. */
export interface PushCapabilities {
  readonly sideBand: "side-band-64k" | "side-band" | null;
  /**
   * Whether the client wants to hear the result of each ref. Version 2 of the report only adds option lines, which
   * Baton does not use, so both versions look the same.
   */
  readonly wantsReport: boolean;
  /** The capabilities that are passed on to git unchanged: `quiet`, `agent=…`, `object-format=…`, `session-id=…`. */
  readonly forGit: readonly string[];
}

export function parseCapabilities(words: readonly string[]): PushCapabilities {
  const has = (word: string) => words.includes(word);
  return {
    sideBand: has("side-band-64k") ? "side-band-64k" : has("side-band") ? "side-band" : null,
    wantsReport: has("report-status") || has("report-status-v2"),
    forGit: words.filter((word) => /^(?:quiet|(?:agent|object-format|session-id)=.+)$/.test(word)),
  };
}
