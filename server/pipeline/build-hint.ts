import type { BuildCause } from "./build-cause.ts";
import { goCauses } from "./go-causes.ts";
import { noSuchPackage, pythonCauses } from "./python-causes.ts";

/** What a person can do about a command of a build that failed, by what is known of it. Pure. */
export function buildHint(failed: {
  readonly exitCode: number | null;
  readonly message: string;
  readonly lastLines: readonly string[];
}): string {
  const text = [failed.message, ...failed.lastLines].join("\n");
  for (const { pattern, hint } of causes) {
    const match = pattern.exec(text);
    if (match) return typeof hint === "string" ? hint : hint(...match.slice(1));
  }
  if (failed.exitCode === 137) return "It was killed, most likely because it used more memory than the server has.";
  return "Its last lines say why. The same command fails on a fresh checkout elsewhere, too.";
}

function outOfStep(lockfile: string, command: string): string {
  return `${lockfile} is out of step with package.json. Run \`${command}\` and commit ${lockfile}.`;
}

const causes: readonly BuildCause[] = [
  {
    pattern: /no space left on device/i,
    hint: "The server's disk is full. Free some space (docker system df shows what is used).",
  },
  ...pythonCauses,
  ...goCauses,
  {
    pattern: /npm ci.{0,80}can only install packages when|npm ci.{0,80}can only install with an existing/s,
    hint: outOfStep("package-lock.json", "npm install"),
  },
  { pattern: /ERR_PNPM_OUTDATED_LOCKFILE/, hint: outOfStep("pnpm-lock.yaml", "pnpm install") },
  {
    pattern: /Your lockfile needs to be updated|lockfile would have been (?:modified|created) by this install|YN0028/,
    hint: outOfStep("yarn.lock", "yarn install"),
  },
  { pattern: /lockfile had changes, but lockfile is frozen/, hint: outOfStep("the lockfile", "bun install") },
  {
    pattern: /ERR_PNPM_LOCKFILE_BREAKING_CHANGE|incompatible with current pnpm version/i,
    hint: "The lockfile was written by another pnpm. Name yours in package.json: packageManager, such as pnpm@9.15.0.",
  },
  {
    pattern: /gyp ERR! (?:find Python|stack Error: not found: make)/,
    hint: "A package is compiled at install, and the base image has no compiler. A newer version of the package may come compiled; else a Dockerfile of your own can install one.",
  },
  {
    pattern:
      /(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Temporary failure in name resolution|Failed to fetch .{0,80}from Google Fonts|Name or service not known|Could not resolve host|Failed to establish a new connection|dial tcp: lookup|connect: (?:connection refused|no route to host))/,
    hint: "The build wanted something from the network that this server cannot reach; its last lines name it.",
  },
  // pip says the same when it is the network that is to blame.
  noSuchPackage,
  {
    pattern: /JavaScript heap out of memory/,
    hint: "Node ran out of memory. The build can be given more with NODE_OPTIONS=--max-old-space-size=… in its script.",
  },
  {
    pattern: /ERR_OSSL_EVP_UNSUPPORTED/,
    hint: "A tool of the build is too old for this Node. Update it, or put NODE_OPTIONS=--openssl-legacy-provider into the build script.",
  },
];
