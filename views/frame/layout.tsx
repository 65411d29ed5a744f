import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { Endpoint } from "../../server/route.ts";
import { routes } from "../../server/routes.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import type { AssetName, PageFrame, Reader, Section } from "./frame.ts";
import { LiveRegion } from "./live-region.tsx";
import { Mark } from "./mark.tsx";
import { offers } from "./offers.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { Toasts } from "./toast.tsx";

// JSON keeps htmx from parsing this in its own syntax. htmx's history is off because pages are loaded whole and the
// browser's own history works.
const htmxConfig = JSON.stringify({
  mode: "same-origin",
  includeIndicatorCSS: false,
  history: false,
  extensions: "sse,hx-csp",
  noSwap: [204, 304, "4xx", "5xx"],
  sse: { reconnectMaxDelay: 5000 },
});

// Plain scripts at the end of the page, because htmx starts on DOMContentLoaded only if it was loaded before that
// event.
const usualScripts: readonly AssetName[] = ["htmx.min.js", "hx-sse.min.js", "hx-csp.min.js", "baton.js", "log.js"];

export function Layout(props: {
  readonly frame: PageFrame;
  /** Whether the page opens a stream of its own. A page opens only one, so that stream must also carry the news. */
  readonly hasStream?: boolean;
  /** What the page needs besides the scripts of every page. */
  readonly scripts?: readonly AssetName[];
  readonly children?: Child;
}) {
  const { frame, hasStream = false, scripts = [], children } = props;
  const { asset } = frame;
  const wantsNews = frame.visitor !== null && !hasStream;
  return html`<!doctype html>
${(
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>{`${frame.title} · Baton`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={htmxConfig} />
      <link rel="stylesheet" href={asset("baton.css").url} integrity={asset("baton.css").integrity} />
      <link
        rel="icon"
        type="image/svg+xml"
        href={asset(frame.mood === "idle" ? "favicon.svg" : `favicon-${frame.mood}.svg`).url}
        data-idle={asset("favicon.svg").url}
        data-busy={asset("favicon-busy.svg").url}
        data-ready={asset("favicon-ready.svg").url}
        data-failed={asset("favicon-failed.svg").url}
      />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Masthead frame={frame} />
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <footer class="colophon">
        <span>Baton {frame.version}</span>
        {frame.visitor !== null && offers(frame, routes.documents.get) && (
          <a href={routes.documents()}>Documentation</a>
        )}
        {frame.visitor !== null && (
          <button class="link with-script" type="button" data-opens="shortcuts" data-shortcut="?">
            Keyboard shortcuts
          </button>
        )}
      </footer>
      {frame.visitor !== null && <ShortcutsDialog sections={sectionsFor(frame)} />}
      <Toasts />
      {wantsNews && <LiveRegion stream={{ url: `${routes.newsStream()}?shown=-`, pauseInBackground: true }} />}
      {[...usualScripts, ...scripts].map((name) => (
        <script src={asset(name).url} integrity={asset(name).integrity} nonce={frame.nonce}></script>
      ))}
    </body>
  </html>
)}`;
}

const sections: readonly {
  readonly section: Section;
  readonly name: string;
  readonly page: (() => string) & { readonly get: Endpoint };
  readonly shortcut: string;
}[] = [
  { section: "products", name: "Products", page: routes.home, shortcut: "g p" },
  { section: "deployments", name: "Deployments", page: routes.deployments, shortcut: "g d" },
  { section: "queue", name: "Queue", page: routes.queue, shortcut: "g q" },
  { section: "activity", name: "Activity", page: routes.activity, shortcut: "g a" },
  { section: "people", name: "People", page: routes.people, shortcut: "g e" },
  { section: "system", name: "System", page: routes.system, shortcut: "g s" },
];

function sectionsFor(reader: Reader) {
  return sections.filter(({ page }) => offers(reader, page.get));
}

/** Leads to one's account, or to the tokens of a token that has none. */
function Visitor({ frame }: { readonly frame: PageFrame }) {
  const { visitor, hasAccount } = frame;
  if (hasAccount && offers(frame, routes.account.get)) {
    return (
      <a class="who" href={routes.account()} title="Your account">
        {visitor}
      </a>
    );
  }
  if (!offers(frame, routes.tokens.get)) return <span class="who">{visitor}</span>;
  return (
    <a class="who" href={routes.tokens()} title="Your tokens">
      {visitor}
    </a>
  );
}

function Masthead({ frame }: { readonly frame: PageFrame }) {
  return (
    <header class="masthead">
      <a class="brand" href={routes.home()}>
        <Mark />
        Baton
      </a>
      {frame.visitor !== null && (
        <>
          <nav aria-label="Main">
            {sectionsFor(frame).map(({ section, name, page, shortcut }) => (
              <a href={page()} data-shortcut={shortcut} aria-current={frame.section === section ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <form class="session" method="post" action={routes.signOut()}>
            <CsrfField token={frame.csrf} />
            <Visitor frame={frame} />
            <button class="link" type="submit">
              Sign out
            </button>
          </form>
        </>
      )}
    </header>
  );
}
