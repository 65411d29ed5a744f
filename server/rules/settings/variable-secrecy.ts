const secretName = /SECRET|TOKEN|PASS|PWD|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|SALT|SIGN|CERT|WEBHOOK/i;

/** Frameworks write them into files that every visitor gets, or they say how a program runs and not what it may do. */
const plainName =
  /^(?:(?:NEXT_PUBLIC|VITE|PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY|VUE_APP|EXPO_PUBLIC|LOG|MAX|MIN|ENABLE|DISABLE|USE)_|LC_|(?:DEBUG|TZ|LANG|CI)$)|(?:^|[_.-])(?:ENV|ENVIRONMENT|PORT|HOST|HOSTNAME|DOMAIN|LEVEL|MODE|REGION|ZONE|TIMEZONE|TIMEOUT|INTERVAL|TTL|LIMIT|SIZE|COUNT|WORKERS|THREADS|CONCURRENCY|RETRIES|ENABLED|DISABLED|LOCALE|LANGUAGE|FORMAT|VERSION|BUCKET|DIR|DIRECTORY|PATH|PREFIX|NAME|TITLE)$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Like nothing that a person would write. */
export function looksRandom(value: string): boolean {
  return value.length >= 20 && /^[A-Za-z0-9+/_=-]+$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
}

/**
 * Whether a variable is secret where nobody said so. Only what is plainly harmless is not: by its name, or because it is
 * yes or no, or an address in which nothing is hidden.
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

/** A password, or what may be a token in its path or behind it. */
function holdsSecret({ username, password, search, hash, pathname }: URL): boolean {
  return username !== "" || password !== "" || search !== "" || hash !== "" || pathname.split("/").some(looksLikeToken);
}

function looksLikeToken(part: string): boolean {
  return part.length >= 16 && /\d/.test(part) && /[A-Za-z]/.test(part);
}
