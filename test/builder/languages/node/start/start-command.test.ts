// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how shells name variables
import { describe, expect, it } from "vitest";
import { readPackageJson } from "../../../../../builder/languages/node/package/package-json.ts";
import { runTimeNeeds } from "../../../../../builder/languages/node/start/run-time-needs.ts";
import { findStartCommand } from "../../../../../builder/languages/node/start/start-command.ts";
import { readProcfile } from "../../../../../builder/manifest/procfile.ts";
import { tree } from "../../../tree.ts";

async function start(manifestContent: object, files: Readonly<Record<string, string>> = {}) {
  const source = tree({ "package.json": JSON.stringify(manifestContent), ...files });
  const manifest = await readPackageJson(source);
  if (!manifest) throw new Error("there is no package.json");
  const found = await findStartCommand(source, manifest, await readProcfile(source));
  return found && { ...found, needs: runTimeNeeds(found, manifest) };
}

const command = async (...args: Parameters<typeof start>) => (await start(...args))?.command ?? null;
const scripts = (more: Record<string, string>) => ({ scripts: more });

describe("how an app is started", () => {
  it.each([
    ["a start script that is simply Node", scripts({ start: "node server.js" }), {}, ["node", "server.js"]],
    [
      "quotes in it",
      scripts({ start: `node 'my server.js' --title="a b"` }),
      {},
      ["node", "my server.js", "--title=a b"],
    ],
    ["one that wants a shell", scripts({ start: "node server.js --port $PORT" }), {}, ["npm", "start"]],
    ["one with an assignment", scripts({ start: "A=b node server.js" }), {}, ["npm", "start"]],
    ["one that runs a tool", scripts({ start: "next start" }), {}, ["npm", "start"]],
    ["one with a hook before it", scripts({ prestart: "node x", start: "node server.js" }), {}, ["npm", "start"]],
    ["one that runs another", scripts({ start: "npm run serve", serve: "node s.js" }), {}, ["node", "s.js"]],
    [
      "one that runs another of a workspace",
      scripts({ start: "npm start -w api", serve: "node s" }),
      {},
      ["npm", "start"],
    ],
    [
      "a script for production",
      scripts({ start: "nest start", "start:prod": "node dist/main" }),
      {},
      ["node", "dist/main"],
    ],
    [
      "one for production that is not simply Node",
      scripts({ start: "node a", "start:prod": "pm2 a" }),
      {},
      ["node", "a"],
    ],
    [
      "a server in TypeScript that a build compiles",
      { ...scripts({ build: "tsc -p ." }) },
      { "src/index.ts": "", "tsconfig.json": '{ "compilerOptions": { "outDir": "./dist", } }' },
      ["node", "dist/index.js"],
    ],
    [
      "one that is compiled with what lies beside it",
      { ...scripts({ build: "tsc" }) },
      { "src/server.ts": "", "seed.ts": "", "tsconfig.json": '{ "compilerOptions": { "outDir": "out" } }' },
      ["node", "out/src/server.js"],
    ],
    [
      "one that its packages run as it is",
      { devDependencies: { tsx: "4" } },
      { "server.ts": "" },
      ["tsx", "server.ts"],
    ],
    [
      "one that a build only checks",
      { ...scripts({ build: "tsc --noEmit" }), dependencies: { "ts-node": "10" } },
      { "index.ts": "" },
      ["ts-node", "index.ts"],
    ],
    ["one that Bun runs", {}, { "index.ts": "", "bun.lock": "" }, ["bun", "index.ts"]],
    [
      "one that is written for Bun",
      { devDependencies: { "@types/bun": "1" } },
      { "index.ts": "" },
      ["bun", "index.ts"],
    ],
    ["one that only Node can run", {}, { "src/main.ts": "" }, ["node", "src/main.ts"]],
    ["the main file", { main: "./lib/app" }, { "lib/app.js": "" }, ["node", "lib/app.js"]],
    [
      "a main file that the build makes",
      { main: "dist/a.js", ...scripts({ build: "tsc" }) },
      {},
      ["node", "dist/a.js"],
    ],
    ["a main file that is not there", { main: "dist/a.js" }, { "server.mjs": "" }, ["node", "server.mjs"]],
    ["server.js", {}, { "app.js": "", "server.js": "", "index.js": "" }, ["node", "server.js"]],
    ["nothing", {}, { "other.js": "" }, null],
  ])("%s", async (_, manifest, files, expected) => {
    expect(await command(manifest, files)).toEqual(expected);
  });

  it.each([
    ["Node", "web: node index.js", ["node", "index.js"]],
    ["a script", "web: npm start", ["node", "server.js"]],
    ["a script, by Yarn", "web: yarn start", ["node", "server.js"]],
    ["a tool", "web: serve -l tcp public", ["serve", "-l", "tcp", "public"]],
    ["what wants a shell", "web: node index.js $PORT", ["sh", "-c", "node index.js $PORT"]],
    ["comments and other processes", "# web: no\nworker: node w.js\nweb:   node a.js # yes", ["node", "a.js"]],
  ])("a Procfile with %s", async (_, Procfile, expected) => {
    expect(await command(scripts({ start: "node server.js" }), { Procfile })).toEqual(expected);
  });

  it("scripts that run each other in a circle are refused", async () => {
    await expect(command(scripts({ start: "npm run a", a: "npm run start" }))).rejects.toThrow("in a circle");
  });
});

describe("what the start command needs at run time", () => {
  const dependencies = { express: "4", "@remix-run/serve": "2", dotenv: "16", next: "15" };
  const devDependencies = { tsx: "4", typescript: "5", "@nestjs/cli": "11" };
  const needs = async (more: Record<string, string>, files?: Record<string, string>) =>
    (await start({ ...scripts(more), dependencies, devDependencies }, files))?.needs;

  it.each([
    ["node server.js", false],
    ["next start", false],
    ["node -r dotenv/config server.js", false],
    ["node --import=tsx server.ts", true],
    ["node --import tsx server.ts", true],
    ["tsx server.ts", true],
    ["npx tsx server.ts", true],
    ["npx next start", false],
    ["nest start", true],
    ["NODE_ENV=production next start -p ${PORT:-3000}", false],
    ["echo hello && node server.js", false],
    ["tsc && node dist/server.js", true],
    ["cd apps/web && npm start", true],
    ["npm start --workspace api", true],
    ["something-unheard-of", true],
  ])("development dependencies: %s", async (line, expected) => {
    expect((await needs({ start: line }))?.devDependencies).toBe(expected);
  });

  it("is followed through scripts and hooks", async () => {
    expect(await needs({ start: "npm run serve", preserve: "tsc", serve: "node a" })).toEqual({
      devDependencies: true,
      packageManager: false,
    });
  });

  it("is all that a build wants where it builds first, whatever builds", async () => {
    const build = { build: "node scripts/build.js" };
    expect(await needs({ start: "npm run build && node server.js", ...build })).toMatchObject({
      devDependencies: true,
    });
    expect(await needs({ start: "node server.js", ...build })).toMatchObject({ devDependencies: false });
  });

  it("is the package manager where a script or a shell calls it", async () => {
    expect((await needs({ start: "yarn serve --x", serve: "node a" }))?.packageManager).toBe(true);
    expect((await needs({ serve: "node a" }, { Procfile: "web: pnpm serve" }))?.packageManager).toBe(false);
    expect((await needs({ serve: "node a" }, { Procfile: "web: pnpm serve; true" }))?.packageManager).toBe(true);
  });
});
