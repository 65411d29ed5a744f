const secretName = /SECRET|TOKEN|PASS|PWD|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|SALT|SIGN|CERT|WEBHOOK/i;

/** Frameworks put these variables into files that every visitor gets, or they only say how a program runs. */
const plainName =
  /^(?:(?:NEXT_PUBLIC|VITE|PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY|VUE_APP|EXPO_PUBLIC|LOG|MAX|MIN|ENABLE|DISABLE|USE)_|LC_|(?:DEBUG|TZ|LANG|CI)$)|(?:^|[_.-])(?:ENV|ENVIRONMENT|PORT|HOST|HOSTNAME|DOMAIN|LEVEL|MODE|REGION|ZONE|TIMEZONE|TIMEOUT|INTERVAL|TTL|LIMIT|SIZE|COUNT|WORKERS|THREADS|CONCURRENCY|RETRIES|ENABLED|DISABLED|LOCALE|LANGUAGE|FORMAT|VERSION|BUCKET|DIR|DIRECTORY|PATH|PREFIX|NAME|TITLE)$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Whether a value looks like nothing that a person would write. */
export function looksRandom(value: string): boolean {
  return value.length >= 20 && /^[A-Za-z0-9+/_=-]+$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
}

/**
 * Whether a variable is secret by default. Only plainly harmless ones are not: by their name, because they are yes or
 * no, or because they are a URL without credentials.
 */
export function isSecretByDefault(name: string, value: string): boolean {
  if (isSecretName(name) || looksRandom(value) || value.includes("\n")) return true;
  const url = asUrl(value);
  if (url) return holdsSecret(url);
  return !(plainName.test(name) || /^(?:true|false|yes|no|on|off)$/i.test(value));
}

function asUrl(value: string): URL | null {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : null;
}

/** Whether a URL has a password, or what may be a token in its path or query. */
function holdsSecret({ username, password, search, hash, pathname }: URL): boolean {
  return username !== "" || password !== "" || search !== "" || hash !== "" || pathname.split("/").some(looksLikeToken);
}

function looksLikeToken(part: string): boolean {
  return part.length >= 16 && /\d/.test(part) && /[A-Za-z]/.test(part);
}
