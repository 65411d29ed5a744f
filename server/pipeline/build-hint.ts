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

interface Cause {
  readonly pattern: RegExp;
  /** Given what the pattern's groups have caught, where it names something. */
  readonly hint: string | ((...caught: readonly string[]) => string);
}

const outOfStep = (lockfile: string, command: string) => outOfStepWith("package.json", lockfile, command);

function outOfStepWith(list: string, lockfile: string, command: string): string {
  return `${lockfile} is out of step with ${list}. Run \`${command}\` and commit ${lockfile}.`;
}

/** After what the network is to blame for, which pip reports in the same words. */
const noSuchPackage: Cause = {
  pattern:
    /satisfies the requirement (\S+).* \(from versions: none\)|Could not find a matching version of package (\S+)|Because .{0,80}depends on (\S+) .{0,80}doesn't match any versions/s,
  hint: (...caught) =>
    `No index has ${caught.find((name) => name !== undefined) ?? "that package"} for this Python. Check how it is written; packages of your own want the variable PIP_EXTRA_INDEX_URL or PIP_INDEX_URL, with the token in it.`,
};

const causes: readonly Cause[] = [
  {
    pattern: /no space left on device/i,
    hint: "The server's disk is full. Free some space (docker system df shows what is used).",
  },
  ...ofPython(),
  ...ofGo(),
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

function ofPython(): readonly Cause[] {
  const fromGit =
    "A package is fetched by git, which the base image does not have. Name an archive of that version instead";
  return [
    {
      pattern:
        /The lockfile at .{0,200}needs to be updated|pyproject\.toml changed significantly since poetry\.lock|poetry\.lock is not up to date/s,
      hint: "The lockfile is out of step with pyproject.toml. Write it anew (uv lock, poetry lock) and commit it.",
    },
    { pattern: /Pipfile\.lock .{0,80}is out of date/s, hint: outOfStepWith("Pipfile", "Pipfile.lock", "pipenv lock") },
    {
      pattern:
        /requires a different Python|Current Python version .{0,80}is not allowed|No interpreter found for Python|interpreter .{0,80}incompatible with the (?:project's|requested) Python|Your Pipfile requires "?python_(?:full_)?version/is,
      hint: "The app wants another Python than the base image has. Where a registry can be reached Baton takes 3.9 to 3.14 from there; a Dockerfile of your own can name any.",
    },
    {
      pattern: /pg_config executable not found|pg_config is required to build psycopg2/,
      hint: "psycopg2 is compiled at install, and the base image has no compiler and no PostgreSQL. psycopg2-binary is the same, compiled; psycopg[binary] is its successor.",
    },
    {
      pattern:
        /(?:error: command '|unable to execute '|No such file or directory: ')(?:[\w-]+-)?(?:gcc|g\+\+|cc|c\+\+)'|Unknown compiler\(s\)|Rust compiler|mysql_config not found|Can not find valid pkg-config name/i,
      hint: "A package is compiled at install, and the base image has no compiler. A newer version of the package may come compiled; else a Dockerfile of your own can install one.",
    },
    {
      pattern: /Cannot find command 'git'|Git executable not found|git.{0,20}executable.{0,40}not found/i,
      hint: `${fromGit} (shop @ https://github.com/team/shop/archive/COMMIT.tar.gz), or add a Dockerfile of your own that installs git.`,
    },
    {
      pattern: /The repository located at (\S+) is not a trusted or secure host/,
      hint: (host) =>
        `The index at ${host} is reached by plain HTTP, which pip does only for hosts that it is told to trust: set the variable PIP_TRUSTED_HOST to ${host}.`,
    },
    {
      pattern: /(?:401|403) (?:Client )?Error|HTTP error 40[13]|User for \S+:|status code: 40[13]|Authorization error/i,
      hint: "The package index refuses the sign-in. Check the token in the variables that name it (PIP_INDEX_URL and the like, or POETRY_HTTP_BASIC_…).",
    },
    {
      pattern:
        /collectstatic[\s\S]*(?:KeyError: '(\w+)'|Set the (\w+) environment variable|(\w+) not found\. Declare it)/,
      hint: (...caught) => {
        const name = caught.find((word) => word !== undefined) ?? "";
        return `The settings want ${name} when static files are collected, which happens at build. Set that variable with “in builds”, give it a default in the settings, or set DISABLE_COLLECTSTATIC=1.`;
      },
    },
    {
      pattern: /collectstatic/,
      hint: "Static files are collected at build, with the variables that are marked for builds and no database. Its last lines say what failed; DISABLE_COLLECTSTATIC=1 leaves it out.",
    },
    {
      pattern: /satisfies the requirement (\S+).* \(from versions: (?!none)/,
      hint: (name) =>
        `The index has no such version of ${name} that fits this Python. Its last lines list those that it has.`,
    },
  ];
}

function ofGo(): readonly Cause[] {
  return [
    {
      pattern: /requires go >= ?([\d.]+)|note: module requires Go ([\d.]+)|invalid go version|toolchain not available/,
      hint: "go.mod wants a newer Go than the base image has. A Dockerfile of your own can name any, and the variable GOTOOLCHAIN=auto lets Go fetch the version that is asked for from its proxy.",
    },
    {
      pattern:
        /missing go\.sum entry|updates to go\.(?:mod|sum) needed|go\.mod file indicates|cannot load module .{0,80}listed in go\.work/,
      hint: "go.mod and go.sum are out of step with the source. Run `go mod tidy` and commit both.",
    },
    {
      pattern: /inconsistent vendoring/,
      hint: "vendor/ is out of step with go.mod. Run `go mod vendor` and commit it.",
    },
    {
      pattern:
        /C compiler "\w+" not found|build constraints exclude all Go files|C source files not allowed when not using cgo/,
      hint: "A part of it is written in C, and the base image that is made here has no compiler for that. Take a module that is written in Go (modernc.org/sqlite for SQLite), or a Dockerfile of your own that installs one.",
    },
    {
      pattern: /exec: "git": executable file not found|could not read Username|terminal prompts disabled/,
      hint: "A module is fetched by git, without a proxy in between. Set the variable GOPROXY to a proxy that has it, with the token in its address, or commit vendor/ (`go mod vendor`).",
    },
    {
      pattern: /verifying (\S+?):? .{0,200}(?:sum\.golang\.org|checksum database)|sumdb/s,
      hint: "Go's checksum database does not know this module. Set the variable GOPRIVATE to the beginning of its path (example.com/team).",
    },
    {
      pattern: /reading \S+\/@v\/\S+: (?:404|410)|unknown revision|no matching versions for query/,
      hint: "The module proxy has no such module or version. Check how it is written in go.mod; a module of your own wants the variables GOPROXY (with the token in the address) and GOPRIVATE.",
    },
    {
      pattern: /reading \S+\/@v\/\S+: 40[13]/,
      hint: "The module proxy refuses the sign-in. Check the token in the variable GOPROXY.",
    },
  ];
}
