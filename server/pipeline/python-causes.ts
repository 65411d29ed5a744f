import type { BuildCause } from "./build-cause.ts";

/** What pip, uv, Poetry, Pipenv and Django print when they fail. */
export const pythonCauses: readonly BuildCause[] = [
  {
    pattern:
      /The lockfile at .{0,200}needs to be updated|pyproject\.toml changed significantly since poetry\.lock|poetry\.lock is not up to date/s,
    hint: "The lockfile is out of step with pyproject.toml. Write it anew (uv lock, poetry lock) and commit it.",
  },
  {
    pattern: /Pipfile\.lock .{0,80}is out of date/s,
    hint: "Pipfile.lock is out of step with Pipfile. Run `pipenv lock` and commit Pipfile.lock.",
  },
  {
    pattern:
      /requires? a different Python|Current Python version .{0,80}is not allowed|No interpreter found for Python|interpreter .{0,80}incompatible with the (?:project's|requested) Python|Your Pipfile requires "?python_(?:full_)?version/is,
    hint: "The app or one of its packages wants another Python than the image has. A file .python-version names the one that is taken: 3.9 to 3.14 where a registry can be reached, else 3.11 or 3.13; a Dockerfile of your own can name any.",
  },
  {
    pattern: /pg_config executable not found|pg_config is required to build psycopg2/,
    hint: "psycopg2 is compiled at install, and the base image has no compiler and no PostgreSQL. psycopg2-binary is the same, compiled; psycopg[binary] is its successor.",
  },
  {
    pattern:
      /(?:error: command '|unable to execute '|No such file or directory: ')(?:[\w-]+-)?(?:gcc|g\+\+|cc|c\+\+)'|Unknown compiler\(s\)|Rust compiler|mysql_config not found|Can not find valid pkg-config name/i,
    hint: "A package is compiled at install, and the base image has no compiler. A newer version of the package may come compiled; else a Dockerfile of your own can stand on one that has it (FROM baton/python:3.11-full, or python:3.11).",
  },
  {
    pattern: /Cannot find command 'git'|Git executable not found|git.{0,20}executable.{0,40}not found/i,
    hint: "A package is fetched by git, which the base image does not have. Name an archive of that version instead (shop @ https://github.com/team/shop/archive/COMMIT.tar.gz), or add a Dockerfile of your own that installs git.",
  },
  {
    pattern: /The repository located at (\S+) is not a trusted or secure host/,
    hint: (host) =>
      `The index at ${host} is reached by plain HTTP, which pip does only for hosts that it is told to trust: set the variable PIP_TRUSTED_HOST to ${host}.`,
  },
  {
    pattern:
      /40[13] (?:Client )?Error[,:]|HTTP error 40[13]|User for \S+:|status client error \(40[13]|Authorization error/,
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

/** After what the network is to blame for, which pip reports in the same words. */
export const noSuchPackage: BuildCause = {
  pattern:
    /satisfies the requirement (\S+).* \(from versions: none\)|Could not find a matching version of package (\S+)|Because .{0,80}depends on (\S+) .{0,80}doesn't match any versions/s,
  hint: (...caught) =>
    `No index has ${caught.find((name) => name !== undefined) ?? "that package"} for this Python. Check how it is written; packages of your own want the variable PIP_EXTRA_INDEX_URL or PIP_INDEX_URL, with the token in it.`,
};
