/** How a folder of files is served; the end of a Dockerfile that has them. `copy` is what follows COPY. */
export function serveFiles(base: string, copy: string): string {
  return `FROM ${base}
COPY .baton/Caddyfile /etc/caddy/Caddyfile
COPY ${copy} /srv
USER 1000:1000
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
`;
}

/** Unprivileged, and what the server listens on where nobody says otherwise. */
export const staticPort = 8080;
