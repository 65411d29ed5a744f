import { describe, expect, it } from "vitest";
import { buildDifferences, buildHint } from "../../../../server/pipeline/images/failure/build-hint.ts";

const hintFor = (line: string, exitCode = 1) => buildHint({ exitCode, message: "", lastLines: ["npm ERR! a", line] });

describe("what to do about a build that failed", () => {
  it.each([
    [
      "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync",
      "`npm install`",
    ],
    ["npm error Invalid: lock file's minimatch@5.1.0 does not satisfy minimatch@9.0.9", "`npm install`"],
    ["npm error Missing: undici@5.29.0 from lock file", "`npm install`"],
    ['ERR_PNPM_OUTDATED_LOCKFILE Cannot install with "frozen-lockfile"', "`pnpm install`"],
    ["error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.", "`yarn install`"],
    ["YN0028: The lockfile would have been modified by this install", "`yarn install`"],
    ["error: lockfile had changes, but lockfile is frozen", "`bun install`"],
  ])("says which lockfile is out of step, and what to run: %s", (line, command) => {
    expect(hintFor(line)).toContain(command);
    expect(hintFor(line)).toContain("is out of sync with package.json");
  });

  it.each([
    ["write /x: no space left on device", /disk is full/],
    ["getaddrinfo ENOTFOUND fonts.googleapis.com", /^The build fetches fonts from Google.*next\/font\/local/],
    ["Failed to fetch `Geist` from Google Fonts.", /^The build fetches fonts from Google/],
    ["Installation error: getaddrinfo ENOTFOUND github.com", /^The build requested something from github\.com, which/],
    ["dial tcp: lookup proxy.golang.org on 10.0.0.2:53: no such host", /from proxy\.golang\.org/],
    ["connect ETIMEDOUT 10.0.0.1:443", /requested something from the network/],
    [
      "Error: Cannot find module 'webpack/lib/ContextReplacementPlugin'",
      /The package webpack .* `npm install webpack`/,
    ],
    ['Rollup failed to resolve import "sharp" from "/app/node_modules/astro/x.js".', /`npm install sharp`/],
    ["Module not found: Error: Can't resolve '@scope/ui/button' in '/app/src'", /The package @scope\/ui is/],
    ['Could not resolve "./Button" from "src/App.js"', /^\.\/Button is not among the files/],
    ["Can't resolve '@/components/Nav'", /^@\/components\/Nav is not among the files/],
    ["FATAL ERROR: JavaScript heap out of memory", /max-old-space-size/],
    ["go: errors: note: module requires Go 1.22", /newer Go/],
    ["ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12'", /a different Python/],
    ["gyp ERR! stack Error: not found: make", /no compiler/],
    ["Your Pipfile.lock (a1b2c3) is out of date. Expected: (d4e5f6).", /`pipenv lock`/],
    [
      'error upath@1.0.4: The engine "node" is incompatible with this module. Expected version ">=4 <=9". Got "22.23.3"',
      /^upath@1\.0\.4 requires Node >=4 <=9\. .*ignore-engines true/,
    ],
    ["something else", /^See the output below\. Try the command on a fresh clone\.$/],
    [
      "WARNING: The repository located at 10.1.2.3 is not a trusted or secure host and is being ignored.",
      /PIP_TRUSTED_HOST to 10\.1\.2\.3/,
    ],
    ["ERROR: HTTP error 401 while getting https://x/simple/a", /rejects the credentials/],
    ["401 Client Error: Unauthorized for url: https://x/simple/a/", /rejects the credentials/],
    [
      "ERROR: Could not find a version that satisfies the requirement flsk==1.0 (from versions: none)",
      /has flsk==1\.0/,
    ],
    ["ERROR: Could not find a version that satisfies the requirement flask==9 (from versions: 3.1.3)", /of flask==9 /],
    ["ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?", /archive/],
    ["error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", /no compiler/],
    ["Error: pg_config executable not found.", /psycopg2-binary/],
    ["pyproject.toml changed significantly since poetry.lock was last generated.", /poetry lock/],
    ["go: example.com/a@v1.0.0: missing go.sum entry for go.mod file", /go mod tidy/],
    ["go: inconsistent vendoring in /app:", /go mod vendor/],
    ['cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH', /contains C code/],
    ["go: example.com/a@v1: reading http://proxy/example.com/a/@v/v1.mod: 404 Not Found", /no such module/],
    ["go: download go1.99.0: golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64: dial tcp: lookup x", /newer Go/],
    ["go: go.mod requires go >= 1.99 (running go 1.24.4; GOTOOLCHAIN=local)", /GOTOOLCHAIN=auto/],
  ])("is told from %s", (line, hint) => {
    expect(hintFor(line)).toMatch(hint);
  });

  it("names the package whose installation fetches something else", () => {
    const lastLines = [
      "npm error path /app/node_modules/@img/sharp",
      "npm error command failed",
      "npm error sharp: Installation error: getaddrinfo ENOTFOUND github.com",
    ];
    expect(buildHint({ exitCode: 1, message: "", lastLines })).toMatch(
      /^Installing @img\/sharp downloads .* github\.com/,
    );
  });

  it("blames the network rather than the name of a package, which pip reports in the same words", () => {
    const text =
      "NewConnectionError: Failed to establish a new connection: [Errno -2] Name or service not known\nERROR: Could not find a version that satisfies the requirement flask (from versions: none)";
    expect(hintFor(text)).toMatch(/network/);
  });

  it("names the variable that Django's settings want when static files are collected", () => {
    const hint = buildHint({
      exitCode: 1,
      message: "python3 manage.py collectstatic --noinput",
      lastLines: ["KeyError: 'SECRET_KEY'"],
    });
    expect(hint).toMatch(/^The settings need SECRET_KEY /);
  });

  it("is distinguished from a kill by the system", () => {
    expect(hintFor("", 137)).toMatch(/^It was killed/);
  });
});

describe("in what a build differs from a fresh clone", () => {
  const plain = { variables: [], leftOut: 0, text: "node build.js\nError: no" };

  it("is nothing where it gets no variable, lacks no file and asks for nothing from outside", () => {
    expect(buildDifferences(plain)).toEqual([]);
  });

  it.each([
    [{ variables: ["NODE_ENV", "API_URL"] }, "gets the variables NODE_ENV, API_URL"],
    [{ leftOut: 3 }, "lacks the files that .dockerignore leaves out"],
    [{ text: "Error: Command failed: git describe" }, "has no .git folder"],
    [{ text: "request to https://api.example.com failed" }, "uses this server's network"],
  ])("is named: %j", (changes, words) => {
    expect(buildDifferences({ ...plain, ...changes })).toEqual([words]);
  });

  it("keeps the hint from promising that the command fails elsewhere, too", () => {
    const differences = buildDifferences({ ...plain, variables: ["NODE_ENV"], leftOut: 1 });
    expect(buildHint({ exitCode: 1, message: "", lastLines: ["no"], differences })).toBe(
      "See the output below. On a fresh clone the command may still work: this build gets the variables NODE_ENV and lacks the files that .dockerignore leaves out.",
    );
  });
});
