import type { Endpoint } from "../../../server/route.ts";
import { endpoints } from "../../../server/routes.ts";
import { patternOf } from "../guarded-commands.ts";

/** What a page leads or sends to. */
export interface Offer {
  readonly endpoint: Endpoint;
  readonly url: string;
  /** The values of the path's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Everything in a page that asks this server for something: links, forms, their buttons, and streams. */
export function offersIn(html: string): readonly Offer[] {
  const offered: Offer[] = [];
  let method: Endpoint["method"] = "GET";
  for (const [, tag = "", rest = ""] of html.matchAll(/<(\/?[a-z][a-z-]*)((?:[^>"]|"[^"]*")*)>/g)) {
    const attributes = attributesIn(rest);
    if (tag === "form") method = attributes.method === "post" ? "POST" : "GET";
    const asked: readonly (readonly [Endpoint["method"], string | undefined])[] = [
      ["GET", tag === "a" ? attributes.href : attributes["hx-sse:connect"]],
      [method, tag === "form" ? attributes.action : attributes.formaction],
      ["POST", attributes["data-passkey-options"]],
    ];
    for (const [by, url] of asked) {
      if (url?.startsWith("/") && !url.startsWith("/assets/")) offered.push(offerOf(by, url));
    }
  }
  return offered;
}

/** What answers at an address. Throws if nothing does. */
export function offerOf(method: Endpoint["method"], url: string): Offer {
  const { pathname } = new URL(url, "http://baton.test");
  for (const endpoint of endpoints) {
    const found = endpoint.method === method ? patternOf(endpoint).exec(pathname) : null;
    if (found) return { endpoint, url, parameters: found.groups ?? {} };
  }
  throw new Error(`${method} ${url} leads nowhere`);
}

function attributesIn(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([a-z:-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")]));
}
