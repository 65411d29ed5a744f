const maxHeaders = 40;
const maxHeaderLength = 500;
export const maxShownBody = 64 * 1024;
const removed = "(removed)";

/** Headers that help a person understand a delivery; not signatures, tokens, cookies or proxy headers. */
const shownHeader = /^(?:content-type|content-length|user-agent|x-(?!forwarded|real-ip|request-id)[a-z0-9-]+)$/;
const secretName =
  /secret|token|passw|signature|authorization|credential|cookie|(?:api|private|access|deploy)[-_]?key/i;

/** The headers that the list of deliveries shows. */
export function shownHeaders(headers: Headers): Readonly<Record<string, string>> {
  const shown = [...headers].filter(([name]) => shownHeader.test(name) && !secretName.test(name));
  return Object.fromEntries(shown.slice(0, maxHeaders).map(([name, value]) => [name, value.slice(0, maxHeaderLength)]));
}

/**
 * The body that the list of deliveries shows: JSON without values that are named like secrets or contain one of ours,
 * truncated.
 */
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
  // URLs of an API are no secrets, whatever their key is called.
  const isSecret = typeof value === "string" && value !== "" && secretName.test(name) && !name.endsWith("_url");
  return isSecret ? removed : value;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, removed), text);
}
