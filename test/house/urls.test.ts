import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { endpoints } from "../../server/routes.ts";

const root = resolve(import.meta.dirname, "../..");

const firstSegments = [...new Set(endpoints.map(({ path }) => path.split("/")[1] ?? ""))].filter((one) => one !== "");
const segment = `(?:${firstSegments.join("|")})(?![\\w-])`;

/** One of Baton's own paths in a string, in a regular expression, and in a concatenation. */
const literals = [
  new RegExp(`["'\`]/${segment}`),
  new RegExp(`\\\\/${segment}`),
  /\$\{routes\.[\w.]+\([^()]*\)\}\//,
  /routes\.[\w.]+\([^()]*\)\s*\+\s*["'`]\//,
];

const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line);

function offencesIn(text: string): string[] {
  return text.split("\n").filter((line) => !isComment(line) && literals.some((literal) => literal.test(line)));
}

it("writes no URL of Baton's own outside of routes.ts", () => {
  const files = ["server", "views"].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(?:tsx?|js)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const offences = files
    // These rooms send requests to other servers: Docker, Caddy, GitHub.
    .filter(
      (file) =>
        !/^server\/(?:(?:(?:person|backup|machine|scaling)-)?routes\.ts|docker\/|proxy\/|forge\/)/.test(
          relative(root, file),
        ),
    )
    .flatMap((file) => offencesIn(readFileSync(file, "utf8")).map((line) => `${relative(root, file)}: ${line.trim()}`));
  expect(files.length).toBeGreaterThan(100);
  expect(offences).toEqual([]);
});

it("knows a URL of Baton's own when it sees one", () => {
  const written = [
    'c.redirect("/deployments")',
    "const url = `/products/$".concat("{slug}`;"),
    "const url = `$".concat("{routes.product(slug)}/stop`;"),
    'const url = routes.home() + "/queue";',
    "/^\\/api\\/products/.test(path)",
    '<a href="/system?x=1">',
  ];
  expect(written.filter((line) => offencesIn(line).length === 0)).toEqual([]);
  const others = ['await ask("POST", "/load")', '"/newsletter"', '"./api/b"', 'routes.home() + "?a"'];
  expect(others.flatMap(offencesIn)).toEqual([]);
});
