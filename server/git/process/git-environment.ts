/**
 * The whole environment of every git process. Nothing is inherited from Baton's own, so neither a `GIT_*` variable nor
 * a user's or the machine's configuration can change what git does.
 */
export function gitEnvironment(searchPath: string): Readonly<Record<string, string>> {
  return {
    PATH: searchPath,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:ssh",
    // Paths from a repository are literal, never patterns.
    GIT_LITERAL_PATHSPECS: "1",
    // A commit's id names its own content, whatever a ref below refs/replace says.
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

/** Where distributions and package managers install git. */
export const standardSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

/** The part of a client's `Git-Protocol` header that is passed on as GIT_PROTOCOL; anything else means version 0. */
export function acceptedProtocol(header: string | null): string | null {
  return header !== null && /^version=[012]$/.test(header) ? header : null;
}
