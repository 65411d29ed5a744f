import { readRepositoryUrl } from "./repository-url.ts";

/** The path of a commit below a repository's page, by the forge's host. */
const commitPaths: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[.-])gitlab(?:[.-]|$)/, "-/commit"],
  [/^bitbucket\.org$/, "commits"],
  [/(?:^|[.-])(?:github|gitea|forgejo|codeberg)(?:[.-]|$)/, "commit"],
];

/** The page of a commit at the forge. Null when the forge is not known by its host. */
export function commitUrl(repository: string | null, sha: string): string | null {
  const remote = repository === null ? null : readRepositoryUrl(repository, { allowPrivate: true });
  if (remote === null || "refused" in remote) return null;
  // GitHub and GitLab.com serve ssh on port 443 under other names.
  const host = remote.host.replace(/^(?:alt)?ssh\./, "");
  const path = commitPaths.find(([pattern]) => pattern.test(host))?.[1];
  if (path === undefined) return null;
  const { protocol, port } = remote;
  const scheme = protocol === "http" ? "http" : "https";
  const chosen = protocol !== "ssh" && port !== { https: 443, http: 80 }[protocol] ? `:${port}` : "";
  const bare = remote.path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
  return `${scheme}://${host}${chosen}/${bare}/${path}/${sha}`;
}
