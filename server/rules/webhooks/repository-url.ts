import { mayBePublic } from "../../model/names/public-address.ts";
import type { RemoteRepository } from "../../ports/git.ts";

const maxLength = 500;
/** Characters that a repository's URL never needs, and that programs which receive it may misread. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what is refused
const strange = /[\u0000-\u0020\u007f"'`\\<>^{|}]/;
const hostPattern =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*|\[[0-9a-f:.]+\])$/;
const userPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/**
 * Parses a repository's URL: https or ssh with a host, or git's short form of ssh (`git@host:path`). `allowPrivate`
 * also accepts plain http and addresses of private networks. Otherwise it returns a sentence that says what is wrong.
 */
export function readRepositoryUrl(
  text: string,
  { allowPrivate }: { readonly allowPrivate: boolean },
): RemoteRepository | { readonly refused: string } {
  const remote = text.length > maxLength || strange.test(text) ? null : parse(text);
  if (remote === null)
    return refused(
      "enter an https:// or ssh:// URL without a token or password in it, such as https://github.com/you/app.git",
    );
  if (remote.protocol === "http" && !allowPrivate) {
    return refused("with plain http, anyone on the way can change what is deployed: use the https URL");
  }
  if (!allowPrivate && !mayBePublic(remote.host)) {
    return refused(
      `${remote.host} is not an address on the internet; BATON_ALLOW_PRIVATE_REPOSITORIES=1 allows repositories in private networks`,
    );
  }
  return remote;
}

function parse(text: string): RemoteRepository | null {
  const short = /^([A-Za-z0-9][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)(.+)$/.exec(text);
  if (short?.[1] && short[2] && short[3]) {
    const [, user, host, path] = short;
    return checked({ protocol: "ssh", user, host: host.toLowerCase(), port: 22, path });
  }
  // Parsed by hand after the scheme, because URL takes `https:host` and `https:///host` for the same.
  if (!/^(?:https?|ssh):\/\/[^/]/i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.password !== "" || url.search !== "" || url.hash !== "") return null;
  const protocol = url.protocol.slice(0, -1) as RemoteRepository["protocol"];
  if (protocol !== "ssh" && url.username !== "") return null;
  const port = url.port === "" ? { https: 443, http: 80, ssh: 22 }[protocol] : Number(url.port);
  const user = protocol === "ssh" ? url.username || "git" : null;
  return checked({ protocol, user, host: url.hostname.toLowerCase(), port, path: url.pathname });
}

function checked({ host: named, ...remote }: RemoteRepository): RemoteRepository | null {
  // A trailing dot is the same host to DNS but not to string comparison: git would not be pinned to an address.
  const host = named.replace(/\.$/, "");
  const { user, port, path } = remote;
  const folders = path.replace(/^\/+|\/+$/g, "");
  const parts = folders.split("/");
  const plain =
    folders !== "" && !path.startsWith("-") && !parts.some((part) => part === "" || part === "." || part === "..");
  const whole = hostPattern.test(host) && (user === null || userPattern.test(user)) && port >= 1 && port <= 65_535;
  return plain && whole ? { ...remote, host } : null;
}

const refused = (why: string) => ({ refused: why });

/**
 * Removes credentials from a text that was given as a URL, which may be refused for its very password. An ssh user name
 * stays: it is no secret.
 */
export function withoutCredentials(text: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/+)?(.*)$/is.exec(text.trim()) ?? [];
  const at = rest.lastIndexOf("@");
  const user = rest.slice(0, Math.max(0, at));
  const isPlainUser = userPattern.test(user) && /^(?:ssh:.*)?$/i.test(scheme);
  return scheme + (isPlainUser ? `${user}@` : "") + rest.slice(at + 1).replace(/[?#].*$/s, "");
}

/** The URL in the form that git gets: `https://host/path`, `ssh://git@host:22/path`. */
export function writtenUrl({ protocol, user, host, port, path }: RemoteRepository): string {
  const usual = { https: 443, http: 80, ssh: 22 }[protocol];
  const who = user === null ? "" : `${user}@`;
  return `${protocol}://${who}${host}${port === usual ? "" : `:${port}`}/${path.replace(/^\/+/, "")}`;
}

/**
 * A key that is equal for all notations of a repository's URL: host and path, without scheme, user and `.git`. Ports
 * count for http, where somebody chose them, but not for ssh. Case does not count: no forge tells two repositories
 * apart by it. Null when it is no such URL.
 */
export function repositoryKey(url: string): string | null {
  const remote = parse(url.trim());
  if (remote === null) return null;
  const { protocol, host, port, path } = remote;
  const chosen = protocol !== "ssh" && port !== 443 && port !== 80 ? `:${port}` : "";
  const bare = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
  return `${host}${chosen}/${bare}`.toLowerCase();
}

export function isSameRepository(product: string, named: readonly string[]): boolean {
  const own = repositoryKey(product);
  return own !== null && named.some((url) => repositoryKey(url) === own);
}
