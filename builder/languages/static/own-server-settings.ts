import type { SourceTree } from "../../plan/plan.ts";

/** The settings of the repository's own that another web server would read, and the image that does. */
const servers = { "nginx.conf": "nginx", Caddyfile: "caddy", "httpd.conf": "httpd", ".htaccess": "httpd" } as const;

/** A sentence for each, so that nobody thinks that its redirects and headers hold. */
export function ownServerSettings(tree: SourceTree): readonly string[] {
  return Object.entries(servers).flatMap(([file, image]) =>
    tree.files.has(file)
      ? [`${file} is not used: Baton's own Caddy serves the files. To use it, add a Dockerfile (FROM ${image})`]
      : [],
  );
}
