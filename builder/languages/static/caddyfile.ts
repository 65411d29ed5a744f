import { noRules, type SiteRules } from "./netlify-files.ts";

/**
 * Returns the configuration of the Caddy that serves a folder of static files from /srv. It listens on PORT, keeps no
 * state and opens no admin socket.
 *
 * A browser may cache a file for a year when its name contains a hash of its content: eight or more hexadecimal digits
 * that include both letters and figures (a date has no letters, a word no figures), or Vite's eight characters, which
 * are not all lower-case letters. The next push may change any other file, so browsers revalidate it, at the cost of a
 * 304.
 */
export function staticCaddyfile(site: {
  readonly port: number;
  /**
   * Whether the page itself handles its addresses. A path that is not a file and has no file extension gets the first
   * page.
   */
  readonly singlePage: boolean;
  /** The site's own redirects and headers, if it has any. */
  readonly rules?: Pick<SiteRules, "redirects" | "headers">;
}): string {
  const { redirects, headers } = site.rules ?? noRules;
  return `{
	admin off
	auto_https off
	persist_config off
${redirects.length > 0 ? "\torder route before rewrite\n" : ""}}

:{$PORT:${site.port}} {
	root * /srv
	encode gzip

	@hidden {
		path */.* /_redirects /_headers
		not path /.well-known/*
	}
	error @hidden 404

	map {path} {cache} {
		~[.]html?$ no-cache
		~[.-][0-9]+[.][0-9a-z.]+$ no-cache
		~[.-][a-f]+[.][0-9a-z.]+$ no-cache
		~[.-][0-9a-f]{8,}[.][0-9a-z.]+$ "public, max-age=31536000, immutable"
		~/assets/.*-[a-z]{8}[.](js|css)$ no-cache
		~/assets/.*-[0-9A-Za-z_-]{8}[.](js|css)$ "public, max-age=31536000, immutable"
		default no-cache
	}
	header {
		Cache-Control {cache}
		X-Content-Type-Options nosniff
		-Server
	}

${indented(headers, 1)}${redirects.length > 0 ? `	route {\n${indented(redirects, 2)}	}\n\n` : ""}${site.singlePage ? firstPageForAddresses : ""}	try_files {path} {path}/ {path}.html
	file_server

	handle_errors {
		header Cache-Control no-cache
		@page file /404.html
		handle @page {
			rewrite /404.html
			file_server {
				status {err.status_code}
			}
		}
		handle {
			respond "{err.status_code} {err.status_text}"
		}
	}
}
`;
}

function indented(lines: readonly string[], depth: number): string {
  return lines.map((line) => `${"\t".repeat(depth)}${line}\n`).join("");
}

const firstPageForAddresses = `
	@address {
		not path_regexp [.][0-9A-Za-z]+$
		not path */.*
		not file {path} {path}/index.html {path}.html
	}
	rewrite @address /index.html

`;
