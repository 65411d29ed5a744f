import { execFile, spawn } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../bin/set-up/places.mjs";
import { temporaryFolder } from "../temporary-folder.ts";

const copied = [
  ...["bin", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json", ".gitignore"],
  // What upgrades load of the server's code.
  ...["server/boot/process/service.ts", "server/boot/process/server-process.ts"],
  ...["server/store/embedded", "server/files/durable-file.ts", "server/ports/log.ts"],
];

/**
 * A server that answers /healthz, says at /uqr which version of that package it has loaded, and writes into the folder of
 * its database which version has changed it.
 */
const main = (health: number) => `import { createServer } from "node:http";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { signAsServer } from "./boot/process/server-process.ts";
import { readConfig } from "./boot/config.ts";
const { dataFolder, listen } = readConfig(process.env, process.cwd());
const versionIn = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")).version;
const [version, uqr] = [versionIn("../../package.json"), versionIn("../../node_modules/uqr/package.json")];
mkdirSync(dataFolder + "/postgres", { recursive: true });
appendFileSync(dataFolder + "/postgres/rows", version + "\\n");
createServer(({ url }, answer) => answer.writeHead(${health}).end(url === "/uqr" ? uqr : version)).listen(listen.port, listen.host, async () => {
  await signAsServer(dataFolder + "/server.pid");
  process.stdout.write("serving " + version + "\\n");
});
process.once("SIGTERM", () => process.exit(0));
process.once("SIGINT", () => process.exit(0));
`;

const config = `export class BadConfig extends Error {}
export function readConfig(environment: NodeJS.ProcessEnv, _: string) {
  const port = Number(environment.BATON_LISTEN?.split(":")[1]);
  return { dataFolder: environment.BATON_DATA ?? "", databaseUrl: null, listen: { host: "127.0.0.1", port } };
}
`;

export interface Release {
  readonly version: string;
  /** The status of its /healthz. */
  readonly health?: number;
  /** A line of its source that does not compile. */
  readonly broken?: string;
  readonly migration?: string;
  /** Whether it has another version of one package than the first release. */
  readonly otherPackages?: boolean;
}

/** A version of a package that nothing of an upgrade loads. */
export const otherUqr = {
  version: "0.1.2",
  integrity: "sha512-MJu7ypHq6QasgF5YRTjqscSzQp/W11zoUk6kvmlH+fmWEs63Y0Eib13hYFwAzagRJcVY8WVnlV+eBDUGMJ5IbA==",
};

/** A repository of a small Baton with a release for each of these, and a clone at the first one. */
export async function releasedCheckout(releases: readonly [Release, ...Release[]]) {
  const origin = await temporaryFolder();
  const git = async (folder: string, ...args: readonly string[]) => {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    return (await promisify(execFile)("git", [...identity, ...args], { cwd: folder })).stdout.trim();
  };
  await git(origin, "init", "--quiet", "--initial-branch=main");
  for (const name of copied) await cp(join(root, name), join(origin, name), { recursive: true });
  for (const name of ["views", "builder", "migrations/meta"]) {
    await mkdir(join(origin, name), { recursive: true });
    await writeFile(join(origin, name, ".gitkeep"), "");
  }
  await writeFile(join(origin, "server/boot/config.ts"), config);
  const readJson = async (name: string) => JSON.parse(await readFile(join(root, name), "utf8"));
  const [manifest, lock] = [await readJson("package.json"), await readJson("package-lock.json")];
  for (const { version, health = 200, broken = "", migration = "first", otherPackages = false } of releases) {
    const dependencies = { ...manifest.dependencies, ...(otherPackages && { uqr: otherUqr.version }) };
    await writeFile(join(origin, "package.json"), JSON.stringify({ ...manifest, version, dependencies }));
    const packages = { ...lock.packages, "": { ...lock.packages[""], dependencies } };
    if (otherPackages) packages["node_modules/uqr"] = { ...otherUqr, license: "MIT" };
    await writeFile(join(origin, "package-lock.json"), JSON.stringify({ ...lock, packages }));
    await writeFile(join(origin, "server/main.ts"), main(health) + broken);
    await writeFile(join(origin, "migrations/meta/_journal.json"), JSON.stringify([migration]));
    await git(origin, "add", "--all");
    await git(origin, "commit", "--quiet", `--message=Release ${version}`);
    await git(origin, "tag", `v${version}`);
  }
  const folder = join(await temporaryFolder(), "baton");
  await git(origin, "clone", "--quiet", origin, folder);
  await git(folder, "checkout", "--quiet", "-B", "main", `v${releases[0].version}`);
  const installed = join(root, "node_modules");
  const isKept = (file: string) => file !== join(installed, ".cache");
  // An upgrade to other packages replaces them.
  if (!releases.some(({ otherPackages }) => otherPackages)) await symlink(installed, join(folder, "node_modules"));
  else await cp(installed, join(folder, "node_modules"), { recursive: true, verbatimSymlinks: true, filter: isKept });
  return { folder, git: (...args: readonly string[]) => git(folder, ...args), origin };
}

/** Runs one of the checkout's scripts. */
export function runScript(folder: string, script: string, env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [`bin/${script}.mjs`, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, exited, text: () => text };
}
