/**
 * The few pages that Caddy itself shows. They are styled by attributes only: Caddy reads a word in braces as a
 * placeholder, so a static response cannot hold a style sheet.
 */
interface Page {
  readonly title: string;
  readonly text: string;
  /** The browser reloads the page after this time, so that a waiting visitor sees the app as soon as it is up. */
  readonly retryAfterSeconds?: number;
}

export interface StaticAnswer {
  readonly status: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

export const unknownHostPage: StaticAnswer = answer("404", {
  title: "Nothing here",
  text: "No app has this address. It may have moved; check the address for typos.",
});

export const stoppedPage: StaticAnswer = answer("503", {
  title: "This app is stopped",
  text: "This app has been stopped by its owner.",
});

export const nothingDeployedPage: StaticAnswer = answer("503", {
  title: "Nothing is deployed here yet",
  text: "The first version appears here as soon as it has passed its checks. This page reloads every 5 seconds.",
  retryAfterSeconds: 5,
});

/** The page for any gateway error. It shows no details, because they would reveal ports and addresses. */
export const noAnswerPage: StaticAnswer = answer("{http.error.status_code}", {
  title: "The app isn't responding",
  text: "It may be starting again. Please try again in a moment.",
});

function answer(status: string, page: Page): StaticAnswer {
  const retryAfter = page.retryAfterSeconds === undefined ? null : String(page.retryAfterSeconds);
  return {
    status,
    headers: {
      "Cache-Control": ["no-store"],
      "Content-Type": ["text/html; charset=utf-8"],
      ...(retryAfter === null ? {} : { "Retry-After": [retryAfter] }),
    },
    body: render(page, retryAfter),
  };
}

function render(page: Page, refreshSeconds: string | null): string {
  const refresh = refreshSeconds === null ? "" : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="color-scheme" content="light dark">${refresh}`,
    `<title>${page.title}</title></head>`,
    '<body style="max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem; font: 1rem/1.6 system-ui, sans-serif">',
    `<h1 style="font-size: 1.5rem; line-height: 1.25">${page.title}</h1>`,
    `<p>${page.text}</p></body></html>`,
    "",
  ].join("\n");
}
