import type { BuildCause } from "./build-cause.ts";

/** What pip, uv, Poetry, Pipenv and Django print when they fail. */
export const pythonCauses: readonly BuildCause[] = [
  {
    pattern:
      /The lockfile at .{0,200}needs to be updated|pyproject\.toml changed significantly since poetry\.lock|poetry\.lock is not up to date/s,
    hint: "The lockfile is out of sync with pyproject.toml. Update it (uv lock, poetry lock) and commit it.",
  },
  {
    pattern: /Pipfile\.lock .{0,80}is out of date/s,
    hint: "Pipfile.lock is out of sync with Pipfile. Run `pipenv lock` and commit Pipfile.lock.",
  },
  {
    pattern:
      /requires? a different Python|Current Python version .{0,80}is not allowed|No interpreter found for Python|interpreter .{0,80}incompatible with the (?:project's|requested) Python|Your Pipfile requires "?python_(?:full_)?version/is,
    hint: "The app or one of its packages requires a different Python version. Set it in a .python-version file: 3.9 to 3.14 if a registry can be reached, otherwise 3.11 or 3.13. Your own Dockerfile can use any version.",
  },
  {
    pattern: /pg_config executable not found|pg_config is required to build psycopg2/,
    hint: "psycopg2 is compiled during installation, and the base image has no compiler and no PostgreSQL. Use psycopg2-binary, which is the same precompiled, or its successor psycopg[binary].",
  },
  {
    pattern:
      /(?:error: command '|unable to execute '|No such file or directory: ')(?:[\w-]+-)?(?:gcc|g\+\+|cc|c\+\+)'|Unknown compiler\(s\)|Rust compiler|mysql_config not found|Can not find valid pkg-config name/i,
    hint: "A package is compiled during installation, and the base image has no compiler. A newer version of the package may come precompiled; otherwise, use your own Dockerfile with a base image that has one (FROM baton/python:3.11-full, or python:3.11).",
  },
  {
    pattern: /Cannot find command 'git'|Git executable not found|git.{0,20}executable.{0,40}not found/i,
    hint: "A package is fetched with git, which the base image does not have. Use an archive of that version instead (shop @ https://github.com/team/shop/archive/COMMIT.tar.gz), or add your own Dockerfile that installs git.",
  },
  {
    pattern: /The repository located at (\S+) is not a trusted or secure host/,
    hint: (host) =>
      `The index at ${host} uses plain HTTP, which pip accepts only for trusted hosts: set the variable PIP_TRUSTED_HOST to ${host}.`,
  },
  {
    pattern:
      /40[13] (?:Client )?Error[,:]|HTTP error 40[13]|User for \S+:|status client error \(40[13]|Authorization error/,
    hint: "The package index rejects the credentials. Check the token in the variables that hold it (PIP_INDEX_URL and the like, or POETRY_HTTP_BASIC_…).",
  },
  {
    pattern:
      /collectstatic[\s\S]*(?:KeyError: '(\w+)'|Set the (\w+) environment variable|(\w+) not found\. Declare it)/,
    hint: (...caught) => {
      const name = caught.find((word) => word !== undefined) ?? "";
      return `The settings need ${name} when static files are collected, which happens during the build. Set that variable with “In builds: Yes”, give it a default in the settings, or set DISABLE_COLLECTSTATIC=1.`;
    },
  },
  {
    pattern: /collectstatic/,
    hint: "Static files are collected during the build, with only the variables that builds get and without a database. See the output below; DISABLE_COLLECTSTATIC=1 skips this step.",
  },
  {
    pattern: /satisfies the requirement (\S+).* \(from versions: (?!none)/,
    hint: (name) =>
      `The index has no such version of ${name} for this Python. The output below lists the versions it has.`,
  },
];

/** Checked after the network's failures, which pip reports in the same words. */
export const noSuchPackage: BuildCause = {
  pattern:
    /satisfies the requirement (\S+).* \(from versions: none\)|Could not find a matching version of package (\S+)|Because .{0,80}depends on (\S+) .{0,80}doesn't match any versions/s,
  hint: (...caught) =>
    `No index has ${caught.find((name) => name !== undefined) ?? "that package"} for this Python. Check its spelling; private packages need the variable PIP_EXTRA_INDEX_URL or PIP_INDEX_URL, with the token in it.`,
};
