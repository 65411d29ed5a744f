import type { Permission } from "../../server/model/access/permission.ts";

/** Who reads a page or a message of its stream. A page offers them only what they may do; see offers.ts. */
export interface Reader {
  /** What they may do that is about no single product, and with the product that the page is about, if there is one. */
  readonly allowed: readonly Permission[];
  /** For their forms. Null for those who have none. */
  readonly csrf: string | null;
}

/** The props that every page gets in addition to its own. */
export interface PageFrame extends Reader {
  /** The browser tab's title: "my-app". */
  readonly title: string;
  readonly section: Section | null;
  /** The signed-in user; null if nobody is signed in. */
  readonly visitor: string | null;
  /** Whether a person is signed in, rather than the server's own token. */
  readonly hasAccount: boolean;
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
