/** What every page is given besides its own props. */
export interface PageFrame {
  /** For the tab: "my-app". */
  readonly title: string;
  readonly section: Section | null;
  /** Who is signed in; null: nobody. */
  readonly visitor: string | null;
  readonly csrf: string | null;
  readonly nonce: string;
  readonly asset: (name: AssetName) => AssetLink;
  readonly mood: Mood;
  readonly now: Date;
  readonly version: string;
}

/** Where a page belongs in the main navigation. */
export type Section = "products" | "deployments" | "queue" | "activity" | "system";

/** What the icon in the tab shows. */
export type Mood = "idle" | "busy" | "ready" | "failed";

export type AssetName =
  | "baton.css"
  | "baton.js"
  | "log.js"
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
  /** A hidden tab gives up its stream, because a browser opens only six connections to a host; it catches up when it is seen again. */
  readonly pauseInBackground: boolean;
}
