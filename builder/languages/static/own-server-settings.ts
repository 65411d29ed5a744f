import type { SourceTree } from "../../plan/plan.ts";

/** Configuration files that another web server would read, with the name of its image. */
const servers = { "nginx.conf": "nginx", Caddyfile: "caddy", "httpd.conf": "httpd", ".htaccess": "httpd" } as const;

/** Warns of each such file, so that nobody expects its redirects and headers to work. */
export function ownServerSettings(tree: SourceTree): readonly string[] {
  return Object.entries(servers).flatMap(([file, image]) =>
    tree.files.has(file)
      ? [`${file} is not used: Baton's own Caddy serves the files. To use it, add a Dockerfile (FROM ${image})`]
      : [],
  );
}
