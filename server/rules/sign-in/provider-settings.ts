import { isLoopbackName } from "../webhooks/readable-on-the-way.ts";

/** Why this is no issuer, as the rest of a sentence; null if it is. */
export function refusedIssuer(text: string): string | null {
  if (!URL.canParse(text)) return "enter the issuer as a URL, such as https://login.example.com";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return "an issuer is a URL without a user, a query and a fragment";
  }
  const isSecret = url.protocol === "https:" || (url.protocol === "http:" && isLoopbackName(url.hostname));
  return isSecret ? null : "an issuer begins with https://";
}

/** Reads domains that are separated by commas, spaces or lines. A string is the one that is none. */
export function readDomains(text: string): readonly string[] | string {
  const domains = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .map((one) => one.replace(/^@/, ""))
    .filter((one) => one !== "");
  const wrong = domains.find((one) => !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(one));
  return wrong ?? [...new Set(domains)];
}
