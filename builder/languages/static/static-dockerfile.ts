/** Returns the end of a Dockerfile that serves a folder of files. `copy` is the argument of COPY. */
export function serveFiles(base: string, copy: string): string {
  return `FROM ${base}
COPY .baton/Caddyfile /etc/caddy/Caddyfile
COPY ${copy} /srv
USER 1000:1000
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
`;
}

/** The server's default port, which needs no privileges. */
export const staticPort = 8080;
