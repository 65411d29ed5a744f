import type { Detected, Provider } from "../detected.ts";
import { readIgnoreFile } from "../from-dockerfile.ts";
import { nodeDockerfile } from "../node/node-dockerfile.ts";
import { chooseNode } from "../node/node-version.ts";
import { type PackageJson, readPackageJson } from "../node/package-json.ts";
import { choosePackageManager } from "../node/package-manager.ts";
import { linesRunBy, runTimeNeeds } from "../node/run-time-needs.ts";
import { findStartCommand, type StartCommand } from "../node/start-command.ts";
import { type BaseName, PlanProblem, type SourceTree } from "../plan.ts";

/** A Node app: a package.json that says how it is started, or a file that is usually the server. */
export const node: Provider = {
  looksFor: "a package.json (Node)",

  async detect(tree) {
    const manifest = await readPackageJson(tree);
    if (manifest === null) return null;
    const start = await findStartCommand(tree, manifest);
    if (start !== null) return detectApp(tree, manifest, start);
    // Plenty of static sites keep a package.json for their formatter; one that is built is another matter.
    if (manifest.scripts.build === undefined && tree.files.has("index.html")) return null;
    throw notStartable(manifest);
  },
};

async function detectApp(tree: SourceTree, manifest: PackageJson, start: StartCommand): Promise<Detected> {
  refuseBun(start, manifest);
  const version = await chooseNode(tree, manifest);
  const base: BaseName = `node:${version.major}`;
  const installs = manifest.hasDependencies || tree.files.has("pnpm-workspace.yaml");
  const manager = installs ? await choosePackageManager(tree, manifest) : null;
  const needs = runTimeNeeds(start, manifest);
  const prunes = manager?.prune != null && manifest.devDependencies.length > 0 && !needs.devDependencies;
  const image = {
    packages: manager && { ...manager, prunes, lockfileFirst: installsFromManifestsAlone(tree, manifest) },
    builds: manifest.scripts.build !== undefined,
    keepsPackageManager: manager?.program != null && needs.packageManager,
    command: start.command,
  };

  return {
    kind: start.kind,
    port: null,
    portSource: null,
    recipe: {
      dockerfile: ".baton/Dockerfile",
      generate: (baseReference) => nodeDockerfile({ base: baseReference(base), ...image }),
      bases: [base],
      extraFiles: new Map(),
      ignore: [
        "**/node_modules",
        ...(await readIgnoreFile(tree, null)),
        // The generated Dockerfile names these.
        ...["package.json", ...(manager?.files ?? [])].map((file) => `!${file}`),
      ],
      target: null,
      args: {},
    },
    decisions: [
      version.decision,
      manager?.decision ?? "No dependencies, so nothing is installed",
      ...(image.builds ? [`Build: npm run build (scripts.build: ${manifest.scripts.build})`] : []),
      ...(manager && manifest.devDependencies.length > 0
        ? [prunes ? "Development dependencies are left out of the image" : "Development dependencies stay in the image"]
        : []),
      `Start: ${start.command.join(" ")} (${start.source})`,
    ],
    warnings: [version.warning, manager?.warning ?? null, developmentServer(start, manifest)].filter(
      (text) => text !== null,
    ),
  };
}

/** Scripts that run at install, workspaces, patches and local packages want more of the source than the lockfile. */
function installsFromManifestsAlone(tree: SourceTree, manifest: PackageJson): boolean {
  const scripts = ["preinstall", "install", "postinstall", "prepare"];
  const files = ["pnpm-workspace.yaml", ".yarn/", "patches/"];
  return (
    !manifest.hasWorkspaces &&
    !manifest.hasLocalDependencies &&
    !scripts.some((name) => Object.hasOwn(manifest.scripts, name)) &&
    ![...tree.files.keys()].some((path) => files.some((file) => path.startsWith(file)))
  );
}

function refuseBun(start: StartCommand, manifest: PackageJson): void {
  const line = linesRunBy(start.line, manifest).find((text) => /^bunx?\s/.test(text));
  if (line === undefined) return;
  const hint = "Add a Dockerfile that uses Bun.";
  throw new PlanProblem(`the start command "${line}" (${start.source}) wants Bun, which Baton does not have yet`, hint);
}

const developmentServers =
  /^(?:vite|react-scripts start|parcel|webpack serve|webpack-dev-server|next dev|astro dev|nodemon|eleventy --serve)(?:\s|$)/;

function developmentServer(start: StartCommand, manifest: PackageJson): string | null {
  const script = start.source.startsWith("scripts.")
    ? manifest.scripts[start.source.slice("scripts.".length)]
    : start.line;
  return script && developmentServers.test(script) && !/^vite (?:preview|build)/.test(script)
    ? `"${script}" (${start.source}) is a development server: slower than need be, and open about your source`
    : null;
}

function notStartable(manifest: PackageJson): PlanProblem {
  const built = manifest.scripts.build === undefined ? "" : ", although there is a build script";
  return new PlanProblem(
    `package.json does not say how the app is started${built}: it has no start script, its main file is not there, and there is no server.js, index.js or app.js`,
    'Add a start script to package.json ("start": "node server.js"), a Procfile (web: node server.js) or a Dockerfile.',
  );
}
