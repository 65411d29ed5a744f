import { missingModule, missingModuleHint } from "../../../rules/diagnosis/missing-module.ts";
import { nativePackageHint } from "../../../rules/diagnosis/native-package.ts";
import { noSpaceLeft } from "../../../rules/space/full-disk.ts";
import type { BuildCause } from "./build-cause.ts";
import { goCauses } from "./go-causes.ts";
import { noSuchPackage, pythonCauses } from "./python-causes.ts";

/** What a person can do about a failed build command, from what is known of it. Pure. */
export function buildHint(failed: {
  readonly exitCode: number | null;
  readonly message: string;
  readonly lastLines: readonly string[];
  /** The differences from the same command on a fresh clone; empty when there are none. */
  readonly differences?: readonly string[];
  /** Whether package managers were configured to leave out development packages. */
  readonly leavesOutDevelopment?: boolean;
}): string {
  const text = [failed.message, ...failed.lastLines].join("\n");
  const native = nativePackageHint(text);
  if (native !== null) return native;
  const program = missingProgram.exec(text)?.[1];
  if (program !== undefined && program !== "git")
    return missingProgramHint(program, failed.leavesOutDevelopment === true);
  for (const { pattern, hint } of causes) {
    const match = pattern.exec(text);
    if (match) return typeof hint === "string" ? hint : hint(...match.slice(1));
  }
  if (failed.exitCode === 137)
    return "It was killed, most likely because it used more memory than the server has, or than BATON_BUILD_MEMORY allows.";
  const { differences = [] } = failed;
  if (differences.length === 0) return "See the output below. Try the command on a fresh clone.";
  return `See the output below. On a fresh clone the command may still work: this build ${listed(differences)}.`;
}

/**
 * The differences between a build and the same command on a fresh clone, as verbs with what the build is given or
 * lacks. Only possible reasons are listed: a build that never uses git does not miss it.
 */
export function buildDifferences(build: {
  /** Names of the variables and secrets that it gets. */
  readonly variables: readonly string[];
  /** The number of files of the repository that its .dockerignore leaves out. */
  readonly leftOut: number;
  readonly text: string;
}): readonly string[] {
  const { variables, leftOut, text } = build;
  return [
    ...(variables.length > 0 ? [`gets the variables ${variables.join(", ")}`] : []),
    ...(leftOut > 0 ? ["lacks the files that .dockerignore leaves out"] : []),
    ...(/\bgit\b/i.test(text) ? ["has no .git folder"] : []),
    ...(/https?:\/\/|\b(?:network|proxy|certificate|time(?:d )?out|registry)\b/i.test(text)
      ? ["uses this server's network"]
      : []),
  ];
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The message of dash, bash and BusyBox. */
const missingProgram = /^(?:\S*\/)?(?:ba|da|a)?sh: (?:\d+: |line \d+: )?([\w@.+-]+): (?:command )?not found$/m;

function missingProgramHint(program: string, leavesOutDevelopment: boolean): string {
  return leavesOutDevelopment
    ? `${program} is not installed: development packages are left out, because NODE_ENV is production or the install omits them. Install them with \`npm ci --include=dev\`, or set NODE_ENV=production only after the build.`
    : `${program} is not installed in the build. Add the package that provides it to package.json (or your language's equivalent), or install it in the Dockerfile.`;
}

function outOfStep(lockfile: string, command: string): string {
  return `${lockfile} is out of sync with package.json. Run \`${command}\` and commit ${lockfile}.`;
}

const causes: readonly BuildCause[] = [
  {
    pattern: /(\S{1,100}): The engine "node" is incompatible with this module\. Expected version "([^"\n]{1,100})"/,
    hint: (name, range) =>
      `${name} requires Node ${range}. Update it, name a matching Node version in package.json (engines: node; Baton has 20, 22 and 24), or make Yarn ignore it (ignore-engines true in .yarnrc).`,
  },
  {
    pattern: noSpaceLeft,
    hint: "The server's disk is full. Free some space (docker system df shows what uses it).",
  },
  {
    pattern: /npm (?:error|ERR!)[^\n]*spawn git\b/,
    hint: "A package is fetched with git, which the base image does not have. Use an archive of that version in package.json instead (https://github.com/team/shop/archive/COMMIT.tar.gz), or add your own Dockerfile that installs git.",
  },
  ...pythonCauses,
  ...goCauses,
  {
    pattern:
      /not a git repository|\bgit: (?:command )?not found|spawn(?:Sync)? git ENOENT|Command failed: git |exec: "git": executable file not found|No such file or directory: '?git'?|setuptools[-_]scm was unable to detect version/,
    hint: "The build asks git for the commit, but a build has no .git folder. Read the commit's id from the variable BATON_COMMIT instead: the build scripts of Node apps have it in their environment; your own Dockerfile declares ARG BATON_COMMIT before the command.",
  },
  {
    // The list of differences can be so long that it leaves no room for npm's message.
    pattern:
      /npm ci.{0,80}can only install packages when|npm ci.{0,80}can only install with an existing|(?:Invalid: lock file's|Missing:) \S{1,200} (?:does not satisfy|from lock file)/s,
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
    hint: "The lockfile was written by a different version of pnpm. Name yours in package.json as packageManager, such as pnpm@9.15.0.",
  },
  {
    pattern: /gyp ERR! (?:find Python|stack Error: not found: make)/,
    hint: "A package is compiled during installation, and the base image has no compiler. A newer version of the package may come precompiled; otherwise, use your own Dockerfile with a base image that has one (FROM baton/node:22-full, or node:22).",
  },
  {
    pattern: /Failed to fetch .{0,80}from Google Fonts|ENOTFOUND fonts\.g(?:oogleapis|static)\.com/,
    hint: "The build fetches fonts from Google, which this server can't reach. Keep the font files in the repository (Next.js: next/font/local instead of next/font/google), let the browser load them (Angular: optimization.fonts.inline false), or allow the server to reach fonts.googleapis.com.",
  },
  {
    pattern:
      /npm (?:error|ERR!) path \S{0,200}node_modules\/((?:@[\w.-]+\/)?[\w.-]+).{0,4000}?(?:ENOTFOUND|EAI_AGAIN) ([\w-]+(?:\.[\w-]+)+)/s,
    hint: (name, host) =>
      `Installing ${name} downloads something from ${host}, which this server can't reach. Allow access to it, or use a newer ${name}: many packages now come complete from the npm registry.`,
  },
  {
    pattern: /(?:ENOTFOUND|EAI_AGAIN|Could not resolve host:|dial tcp: lookup) ([\w-]+(?:\.[\w-]+)+)/,
    hint: (host) =>
      `The build requested something from ${host}, which this server can't reach. Allow access to it, or remove what requests it.`,
  },
  {
    pattern:
      /(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Temporary failure in name resolution|Name or service not known|Could not resolve host|Failed to establish a new connection|dial tcp: lookup|connect: (?:connection refused|no route to host))/,
    hint: "The build requested something from the network that this server can't reach. See the output below.",
  },
  // pip prints the same when the network is to blame.
  noSuchPackage,
  {
    pattern: missingModule,
    hint: (name = "") => missingModuleHint(name),
  },
  {
    pattern: /JavaScript heap out of memory/,
    hint: "Node ran out of memory. Give the build more with NODE_OPTIONS=--max-old-space-size=… in its script.",
  },
  {
    // The messages of shells, Node, Python and Go.
    pattern:
      /(?:Cannot fork|fork: (?:retry: )?Resource temporarily unavailable|spawn \S+ EAGAIN|can't start new thread|failed to create new OS thread)/,
    hint: "The builds on this server reached the limit of processes and threads in BATON_BUILD_PROCESSES. Run fewer at once, or raise it.",
  },
  {
    pattern: /ERR_OSSL_EVP_UNSUPPORTED/,
    hint: "A build tool is too old for this version of Node. Update it, or put NODE_OPTIONS=--openssl-legacy-provider in the build script.",
  },
];
