import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { removeLinksOutOf, staysInSite } from "../../builder/languages/static/site-links.ts";

describe("a symlink of a static site", () => {
  test.each([
    ["", "a.html", "b.html"],
    ["", "docs/latest", "v2"],
    ["", "docs/x", "../img/x.png"],
    ["", "docs/x", "./../img/./x.png"],
    ["", "x", "..a/b"],
    ["public", "public/docs/x", "../y"],
    ["public", "public/docs/x", ".."],
    ["public", "elsewhere", "/etc/passwd"],
  ])("stays in the site %j: %s -> %s", (root, path, target) => {
    expect(staysInSite(root, path, target)).toBe(true);
  });

  test.each([
    ["", "etc", "/etc"],
    ["", "root", "/"],
    ["", "x", ".."],
    ["", "docs/x", "../../etc/caddy/Caddyfile"],
    ["public", "public/x", "../secret"],
    ["public", "public/x", "../public-too/x"],
    // Where docs/top links to "..", this is /etc/passwd.
    ["", "docs/x", "top/../etc/passwd"],
    ["", "docs/x", "./top/a/../../etc"],
    ["", "docs/x", "../docs/top/.."],
  ])("leads out of the site %j: %s -> %s", (root, path, target) => {
    expect(staysInSite(root, path, target)).toBe(false);
  });
});

test("links of a built site that lead out of it are removed, the others stay", () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-links-"));
  try {
    mkdirSync(join(folder, "dist/docs/v2"), { recursive: true });
    for (const name of ["a.html", "docs/b b.html"]) writeFileSync(join(folder, "dist", name), "");
    const links = {
      ...{ "kept it": "a.html", "docs/latest": "v2", "docs/up": "../a.html", absolute: join(folder, "dist/a.html") },
      ...{ root: "/", "docs/out of it": "../../..", "docs/passwd": "/etc/passwd", gone: "nowhere/at/all" },
      "docs/top": "../..",
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, "dist", name));
    execFileSync("sh", ["-c", removeLinksOutOf("dist")], { cwd: folder });
    const left = readdirSync(join(folder, "dist"), { recursive: true, withFileTypes: true });
    expect(
      left
        .filter((entry) => entry.isSymbolicLink())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...["absolute", "kept it", "latest", "up"]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
