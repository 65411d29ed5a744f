import type { Readable } from "node:stream";
import type { PushRequest } from "../../ports/git.ts";

/** A push as `readPush` gives it: what the port shows of it, and what storing and answering it need. */
export interface ReceivedPush extends PushRequest {
  /** `shallow <id>` lines: where the client's history is cut off. */
  readonly shallowLines: readonly string[];
  readonly capabilities: PushCapabilities;
  /** The request from where the pack begins. */
  readonly pack: Readable;
}

/** What the client said it can do, as far as it matters here. */
export interface PushCapabilities {
  readonly sideBand: "side-band-64k" | "side-band" | null;
  /** It wants to hear what became of each ref. Version 2 of the report adds option lines, which Baton has no use for: the form is one. */
  readonly wantsReport: boolean;
  /** Those that git is told too, as they came: `quiet`, `agent=…`, `object-format=…`, `session-id=…`. */
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
