import type { Permission } from "../../server/model/access/permission.ts";

/** The props that every page gets in addition to its own. */
export interface PageFrame {
  /** The browser tab's title: "my-app". */
  readonly title: string;
  readonly section: Section | null;
  /** The signed-in user; null if nobody is signed in. */
  readonly visitor: string | null;
  /** What the visitor may do that is about no single product. */
  readonly allowed: readonly Permission[];
  /** Whether a person is signed in, rather than the server's own token. */
  readonly hasAccount: boolean;
  readonly csrf: string | null;
  readonly nonce: string;
  readonly asset: (name: AssetName) => AssetLink;
  readonly mood: Mood;
  readonly now: Date;
  readonly version: string;
}

/** The section of the main navigation that a page belongs to. */
export type Section = "products" | "deployments" | "queue" | "activity" | "people" | "system";

/** The state that the icon in the browser tab shows. */
export type Mood = "idle" | "busy" | "ready" | "failed";

export type AssetName =
  | "baton.css"
  | "baton.js"
  | "log.js"
  | "passkeys.js"
  | "favicon.svg"
  | "favicon-busy.svg"
  | "favicon-ready.svg"
  | "favicon-failed.svg"
  | "htmx.min.js"
  | "hx-sse.min.js"
  | "hx-csp.min.js";

export interface AssetLink {
  readonly url: string;
  readonly integrity: string;
}

/** A stream that keeps a page up to date. */
export interface LiveStream {
  readonly url: string;
  /**
   * Whether a hidden tab closes its stream, because a browser opens only six connections to a host. It catches up when
   * the tab is visible again.
   */
  readonly pauseInBackground: boolean;
}
