import { readRepositoryUrl } from "./repository-url.ts";

/** Below a repository's page, by what the forge's host is called. */
const commitPaths: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[.-])gitlab(?:[.-]|$)/, "-/commit"],
  [/^bitbucket\.org$/, "commits"],
  [/(?:^|[.-])(?:github|gitea|forgejo|codeberg)(?:[.-]|$)/, "commit"],
];

/** Where a commit and what it changed can be read at the forge; null: the forge is not one that is known by its host. Pure. */
export function commitUrl(repository: string | null, sha: string): string | null {
  const remote = repository === null ? null : readRepositoryUrl(repository, { allowPrivate: true });
  if (remote === null || "refused" in remote) return null;
  // GitHub and GitLab.com take ssh on port 443 under names of their own.
  const host = remote.host.replace(/^(?:alt)?ssh\./, "");
  const path = commitPaths.find(([pattern]) => pattern.test(host))?.[1];
  if (path === undefined) return null;
  const { protocol, port } = remote;
  const scheme = protocol === "http" ? "http" : "https";
  const chosen = protocol !== "ssh" && port !== { https: 443, http: 80 }[protocol] ? `:${port}` : "";
  const bare = remote.path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
  return `${scheme}://${host}${chosen}/${bare}/${path}/${sha}`;
}
