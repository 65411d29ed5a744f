import type { SourceTree } from "../../plan/plan.ts";

/** The rules in the `_redirects` and `_headers` of a site, as Netlify and Cloudflare Pages read them. */
export interface SiteRules {
  /** Lines of a Caddyfile inside the site's block: redirects and rewrites in order. */
  readonly redirects: readonly string[];
  readonly headers: readonly string[];
  /** Whether `/* /index.html 200` is among them, so that the page itself handles its addresses. */
  readonly singlePage: boolean;
  /** Log lines, one for each decision. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

export const noRules: SiteRules = { redirects: [], headers: [], singlePage: false, decisions: [], warnings: [] };

/** Reads the rules of the first folder that has either file. */
export async function readSiteRules(tree: SourceTree, folders: readonly string[]): Promise<SiteRules> {
  const pathOf = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);
  const folder = folders.find((each) => ["_redirects", "_headers"].some((name) => tree.files.has(pathOf(each, name))));
  if (folder === undefined) return noRules;
  const redirects = readRedirects((await tree.read(pathOf(folder, "_redirects"))) ?? "");
  const headers = readHeaders((await tree.read(pathOf(folder, "_headers"))) ?? "");
  return {
    redirects: redirects.lines,
    headers: headers.lines,
    singlePage: redirects.singlePage,
    decisions: [...used(pathOf(folder, "_redirects"), redirects), ...used(pathOf(folder, "_headers"), headers)],
    warnings: [...unused(pathOf(folder, "_redirects"), redirects), ...unused(pathOf(folder, "_headers"), headers)],
  };
}

interface Read {
  readonly lines: readonly string[];
  /** The number of rules that are used. */
  readonly count: number;
  /** Lines that are not used, by number from 1, with the reason. */
  readonly left: readonly { readonly line: number; readonly why: string }[];
}

function used(file: string, { count }: Read): readonly string[] {
  return count === 0 ? [] : [`${file}: ${count} ${count === 1 ? "rule is" : "rules are"} used`];
}

function unused(file: string, { left }: Read): readonly string[] {
  return left.map(({ line, why }) => `${file}, line ${line} is not used: ${why}`);
}

/** Matches only characters without a meaning in a Caddyfile or in a regular expression. */
const plainPath = /^\/[\w~@./-]*$/;
const plainTarget = /^(?:\/|https?:\/\/)[\w~@.:/?&=%#+,;-]*$/;
const redirectStatus = /^30[12378]$/;

/**
 * Reads rules of the form `from to [status][!]`, where `from` is a path or ends in `/*`, and `to` may contain `:splat`.
 * Others are left out.
 */
export function readRedirects(text: string): Read & Pick<SiteRules, "singlePage"> {
  const lines: string[] = [];
  const left: { line: number; why: string }[] = [];
  let singlePage = false;
  let count = 0;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const words = written
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    const [from = "", to = "", status = "301", ...more] = words;
    if (from === "") continue;
    const number = status.replace(/!$/, "");
    const why = whyNotRedirected(from, to, number, more);
    if (why !== null) {
      left.push({ line: index + 1, why });
      continue;
    }
    count += 1;
    if (from === "/*" && to === "/index.html" && status === "200") singlePage = true;
    else lines.push(...redirect(`r${index}`, from, to, number, status.endsWith("!")));
  }
  return { lines, left, singlePage, count };
}

function whyNotRedirected(from: string, to: string, status: string, more: readonly string[]): string | null {
  if (to === "") return "it names no target";
  if (more.length > 0 || (!plainTarget.test(to) && /^[\w-]+=/.test(to))) return "conditions are not supported";
  if (/^https?:/.test(from)) return "rules for a whole domain are not supported";
  if (/:\w/.test(from)) return "placeholders are not supported";
  if (!plainPath.test(from.replace(/\/\*$/, "/"))) return `${from} is not a plain path`;
  if (!plainTarget.test(to)) return `${to} is not a plain target`;
  if (/\/:(?!splat)\w/.test(to)) return "placeholders are not supported";
  if (status === "200") return to.startsWith("/") ? null : "proxying to other servers is not supported";
  return redirectStatus.test(status) || status === "404" ? null : `the status ${status} is not supported`;
}

/**
 * Returns the Caddyfile lines of a redirect. An existing file takes precedence over a rule, unless the rule is forced.
 */
function redirect(name: string, from: string, to: string, status: string, forced: boolean): readonly string[] {
  const isSplat = from.endsWith("/*");
  const path = from.replace(/\/\*$/, "").replace(/\/+$/, "").replaceAll(".", "[.]");
  // The pattern skips leading slashes, which would turn a target such as /:splat into the address of another host.
  const pattern = isSplat ? `^${path}(?:/[/\\x5c]*(.*))?$` : `^${path}/?$`;
  const target = to.replaceAll(":splat", isSplat ? `{re.${name}.1}` : "");
  const verb =
    status === "200"
      ? `rewrite @${name} ${target}`
      : status === "404"
        ? `error @${name} 404`
        : `redir @${name} ${target} ${status}`;
  return [
    `@${name} {`,
    `\tpath_regexp ${name} ${pattern}`,
    ...(forced ? [] : ["\tnot file {path} {path}/index.html {path}.html"]),
    "}",
    verb,
  ];
}

/** Reads headers: a path, or one that ends in `*`, and indented headers below it. */
export function readHeaders(text: string): Read {
  const lines: string[] = [];
  const left: { line: number; why: string }[] = [];
  let path: string | null = null;
  let count = 0;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(written)) continue;
    const line = index + 1;
    if (!/^\s/.test(written)) {
      path = written.trim();
      if (plainPath.test(path.replace(/\*$/, ""))) continue;
      left.push({ line, why: `${path} is not a plain path` });
      path = null;
      continue;
    }
    if (path === null) continue;
    const [, name = "", value = ""] = /^\s+([A-Za-z][\w-]*):\s*(.*?)\s*$/.exec(written) ?? [];
    if (name === "" || value === "") left.push({ line, why: "it is not a header such as X-Frame-Options: DENY" });
    else if (/^basic-auth$/i.test(name)) left.push({ line, why: "passwords are not supported" });
    else if (/[{}`\\]/.test(value)) left.push({ line, why: "braces and backslashes are not supported" });
    else {
      count += 1;
      lines.push(
        `@h${index} path ${path}`,
        `header @h${index} {`,
        `\t${name} "${value.replaceAll('"', '\\"')}"`,
        "\tdefer",
        "}",
      );
    }
  }
  return { lines, left, count };
}
