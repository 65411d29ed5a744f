const maxHeaders = 40;
const maxHeaderLength = 500;
export const maxShownBody = 64 * 1024;
const removed = "(removed)";

/** What a person may need to understand a delivery; signatures, tokens, cookies and the way it took are not among it. */
const shownHeader = /^(?:content-type|content-length|user-agent|x-(?!forwarded|real-ip|request-id)[a-z0-9-]+)$/;
const secretName =
  /secret|token|passw|signature|authorization|credential|cookie|(?:api|private|access|deploy)[-_]?key/i;

/** Headers for the ledger. */
export function shownHeaders(headers: Headers): Readonly<Record<string, string>> {
  const shown = [...headers].filter(([name]) => shownHeader.test(name) && !secretName.test(name));
  return Object.fromEntries(shown.slice(0, maxHeaders).map(([name, value]) => [name, value.slice(0, maxHeaderLength)]));
}

/** A genuine body for the ledger: JSON without what is called a secret, or contains one of ours, cut to size. */
export function shownBody(payload: string, secrets: readonly string[]): string {
  return withoutSecrets(rewritten(payload), secrets).slice(0, maxShownBody);
}

function rewritten(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload, withoutSecretFields), null, 1);
  } catch {
    return payload;
  }
}

function withoutSecretFields(name: string, value: unknown): unknown {
  // Addresses of an API are no secrets, whatever they are called.
  const isSecret = typeof value === "string" && value !== "" && secretName.test(name) && !name.endsWith("_url");
  return isSecret ? removed : value;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, removed), text);
}
