import { join } from "node:path";
import { slotCount } from "../../ports/proxy.ts";
import { spreadWord, stickyWord } from "../switch/address-files.ts";
import { deploymentsFolder, hostsFolder } from "../switch/host-links.ts";
import { type JsonObject, named, proven, proxyTo, respond, spreadOver, stickTo } from "./handlers.ts";
import { noAnswerPage } from "./pages.ts";

// One route serves every host that has a link: Caddy reads the address from the file of the host's name. Placeholders
// cannot be nested, so an expression puts the file's name together, and a regular expression keeps what it holds.

const linkedDeployment = "{http.regexp.deployment.1}";
const linkedUpstream = "{http.regexp.upstream.1}";
const linkedAddress = "{http.regexp.address.1}";
const linkedSlots = Array.from({ length: slotCount }, (_, slot) => `{http.regexp.address.${slot + 1}}`);

const slots = linkedSlots.map(() => "(\\S+)").join(" ");

/** What the file of a host may hold, and who then answers: see `upstreamText`. */
const ways = [
  { pattern: "^(\\S+)$", answer: (as: Change) => as(proxyTo(linkedAddress)) },
  { pattern: `^${spreadWord} ${slots}$`, answer: (as: Change) => as(spreadOver(linkedSlots)) },
  { pattern: `^${stickyWord} ${slots}$`, answer: (as: Change) => stickTo(linkedSlots, as) },
] as const;
type Change = (proxy: JsonObject) => JsonObject;

/** The file is read once, since it may change from one way to another in between. */
function answer(as: Change): JsonObject {
  const routes = ways.map(({ pattern, answer }) => ({
    match: [{ vars_regexp: { [linkedUpstream]: { name: "address", pattern } } }],
    handle: [answer(as)],
    terminal: true,
  }));
  return { handler: "subroute", routes: [...routes, { handle: [respond(noAnswerPage)] }] };
}

/**
 * Only a name in lower case has a link; see `lowerCaseHost`. No other character can get into the name of a file.
 */
const plainHost = { header_regexp: { Host: { pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)*(:[0-9]+)?$" } } } as const;

const keepUpstream = (routesFolder: string) => keep("upstream", routesFolder, hostsFolder, "^(\\\\S.*)$");
const keepDeployment = (routesFolder: string, pattern = "\\\\S+") =>
  keep("deployment", routesFolder, deploymentsFolder, `^(${pattern})$`);

/**
 * The route of all hosts that have a link. With certificates, only of those that are named: Caddy obtains theirs.
 */
export function linkedRoutes(routesFolder: string, hosts?: readonly string[]): readonly JsonObject[] {
  if (hosts?.length === 0) return [];
  const match = [{ ...(hosts && { host: hosts }), ...plainHost, expression: keepUpstream(routesFolder) }];
  return [lowerCaseHost, { match, handle: [answer((proxy) => proxy)], terminal: true }];
}

/** The same for the proof listener, which names the deployment. */
export function linkedProof(routesFolder: string): readonly JsonObject[] {
  const expression = `${keepUpstream(routesFolder)} && ${keepDeployment(routesFolder)}`;
  const match = [{ ...plainHost, expression }];
  return [lowerCaseHost, { match, handle: [named(linkedDeployment), answer(proven)], terminal: true }];
}

/** Matches requests to hosts whose link leads to this word instead of a deployment. */
export function matchLinkedTo(word: string, routesFolder: string) {
  return { ...plainHost, expression: keepDeployment(routesFolder, word) };
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
