import { join } from "node:path";
import { deploymentsFolder, hostsFolder } from "../switch/host-links.ts";

// One route serves every host that has a link: Caddy reads the address from the file of the host's name. Placeholders
// cannot be nested, so an expression puts the file's name together, and a regular expression keeps what it holds.

/** What the expressions below keep, for the handlers of their route. */
export const linkedAddress = "{http.regexp.address.1}";
export const linkedDeployment = "{http.regexp.deployment.1}";

/**
 * Only a name in lower case has a link; see `lowerCaseHost`. No other character can get into the name of a file.
 */
const plainHost = { header_regexp: { Host: { pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)*(:[0-9]+)?$" } } } as const;

/** Matches requests to hosts that have a link, and keeps the address. */
export function matchLinked(routesFolder: string) {
  return { ...plainHost, expression: keep("address", routesFolder, hostsFolder, "^(\\\\S+)$") };
}

/** Matches the same requests, and keeps the deployment as well. */
export function matchLinkedWithDeployment(routesFolder: string) {
  const expressions = [
    keep("address", routesFolder, hostsFolder, "^(\\\\S+)$"),
    keep("deployment", routesFolder, deploymentsFolder, "^(\\\\S+)$"),
  ];
  return { ...plainHost, expression: expressions.join(" && ") };
}

/** Matches requests to hosts whose link leads to this word instead of a deployment. */
export function matchLinkedTo(word: string, routesFolder: string) {
  return { ...plainHost, expression: keep("deployment", routesFolder, deploymentsFolder, `^(${word})$`) };
}

/** In CEL: braces are written as escapes, because Caddy replaces placeholders in the text of an expression. */
function keep(name: string, routesFolder: string, folder: string, pattern: string): string {
  const before = `\\x7bfile.${join(routesFolder, folder)}/`.replaceAll("'", "\\x27");
  return `vars_regexp('${name}', '${before}' + ph(req, 'http.request.host') + '\\x7d', '${pattern}')`;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Host names are the same in any case. Browsers send lower case; whatever else comes is rewritten first. */
export const lowerCaseHost = {
  match: [{ header_regexp: { Host: { pattern: "[A-Z]" } } }],
  handle: [
    {
      handler: "headers",
      request: { replace: { Host: [...letters].map((search) => ({ search, replace: search.toLowerCase() })) } },
    },
  ],
} as const;
