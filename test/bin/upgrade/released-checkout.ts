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

/** A server that answers /healthz, and writes into the folder of its database which version has changed it. */
const main = (health: number) => `import { createServer } from "node:http";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { signAsServer } from "./boot/process/server-process.ts";
import { readConfig } from "./boot/config.ts";
const { dataFolder, listen } = readConfig(process.env, process.cwd());
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
mkdirSync(dataFolder + "/postgres", { recursive: true });
appendFileSync(dataFolder + "/postgres/rows", version + "\\n");
createServer((_, answer) => answer.writeHead(${health}).end(version)).listen(listen.port, listen.host, async () => {
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
}

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
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const { version, health = 200, broken = "", migration = "first" } of releases) {
    await writeFile(join(origin, "package.json"), JSON.stringify({ ...manifest, version }));
    await writeFile(join(origin, "server/main.ts"), main(health) + broken);
    await writeFile(join(origin, "migrations/meta/_journal.json"), JSON.stringify([migration]));
    await git(origin, "add", "--all");
    await git(origin, "commit", "--quiet", `--message=Release ${version}`);
    await git(origin, "tag", `v${version}`);
  }
  const folder = join(await temporaryFolder(), "baton");
  await git(origin, "clone", "--quiet", origin, folder);
  await git(folder, "checkout", "--quiet", "-B", "main", `v${releases[0].version}`);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
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
