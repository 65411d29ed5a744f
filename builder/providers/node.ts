import type { Detected, Installation, Provider } from "../detected.ts";
import { readIgnoreFile } from "../from-dockerfile.ts";
import { buildScriptOf } from "../node/build-script.ts";
import { commandsIn } from "../node/command-line.ts";
import { isDevelopmentServer, programsRunBy } from "../node/development-server.ts";
import { earlyInstall } from "../node/early-install.ts";
import { adapterAuto } from "../node/frameworks.ts";
import { type NodeImage, nodeDockerfile, nodeSiteDockerfile } from "../node/node-dockerfile.ts";
import { chooseNode } from "../node/node-version.ts";
import { type PackageJson, readPackageJson } from "../node/package-json.ts";
import { choosePackageManager, type PackageManager } from "../node/package-manager.ts";
import { linesRunBy, runTimeNeeds } from "../node/run-time-needs.ts";
import { findStartCommand, type StartCommand, startScript } from "../node/start-command.ts";
import { type StaticBuild, staticBuild } from "../node/static-build.ts";
import { withoutPackageJson } from "../node/without-package-json.ts";
import { membersOf, workspaceOf } from "../node/workspace.ts";
import { otherLanguageOf } from "../other-languages.ts";
import { type BaseName, PlanProblem, type SourceTree } from "../plan.ts";
import { readProcfile } from "../procfile.ts";
import { argumentVector } from "../simple-command.ts";
import { firstOf } from "../source-tree.ts";
import { staticCaddyfile } from "../static/caddyfile.ts";
import { ownServerSettings } from "../static/own-server-settings.ts";
import { staticPort } from "../static/static-dockerfile.ts";
import { readStaticfile } from "../static/staticfile.ts";

/** A Node app: a package.json that says how it is started, or a site that its build makes. */
export const node: Provider = {
  looksFor: "a package.json or a server.js (Node)",

  async detect(tree, installation) {
    const processes = await readProcfile(tree);
    const manifest = (await readPackageJson(tree)) ?? (await withoutPackageJson(tree, processes));
    if (manifest === null) return null;
    if (isForAnother(tree, manifest, processes)) return null;

    const site = processes.has("web") || processes.has("worker") ? null : await siteOf(tree, manifest);
    if (site !== null) return detectSite(tree, manifest, site, installation);
    const start = await findStartCommand(tree, manifest, processes);
    if (start !== null) return detectApp(tree, manifest, start, installation);
    // Plenty of static sites keep a package.json for their formatter; one that is built is another matter.
    if (buildScriptOf(manifest) === null && firstOf(tree, ["index.html", "Staticfile"]) !== null) return null;
    throw await notStartable(tree, manifest);
  },
};

/** Apps in other languages often have a package.json for their styles and scripts: it starts nothing. */
function isForAnother(tree: SourceTree, manifest: PackageJson, processes: ReadonlyMap<string, string>): boolean {
  const web = processes.get("web");
  const ofAnother =
    firstOf(tree, ["requirements.txt", "pyproject.toml", "manage.py", "go.mod"]) ?? otherLanguageOf(tree);
  if (ofAnother === null) return false;
  return web === undefined
    ? startScript(manifest) === null
    : !linesRunBy(web, manifest)
        .flatMap(commandsIn)
        .some(([program = ""]) => /^(?:node|npm|npx|pnpm|yarn|bun)$/.test(program));
}

/** A build that makes a site, unless something that is no development server is there to serve it. */
async function siteOf(tree: SourceTree, manifest: PackageJson): Promise<StaticBuild | null> {
  const script = startScript(manifest);
  const site = await staticBuild(tree, manifest);
  if (script === null || site === null || isDevelopmentServer(`npm run ${script}`, manifest)) return site;
  // `next start` refuses to serve what Next.js has exported.
  const isNext = programsRunBy(`npm run ${script}`, manifest).some(([program]) => program === "next");
  return site.tool === "Next.js" && isNext ? site : null;
}

async function detectApp(
  tree: SourceTree,
  manifest: PackageJson,
  start: StartCommand,
  installation: Installation,
): Promise<Detected> {
  const build = await readBuild(tree, manifest, [start.line, ...installation.processLines], installation);
  const { manager } = build;
  const further = installation.processLines.filter((line) => line !== start.line);
  const commands = [start, ...further.map((line) => ({ line, command: argumentVector(line) }))];
  const needsDevelopment = commands.some((each) => runTimeNeeds(each, manifest).devDependencies);
  const prunes = manager?.prune != null && build.hasDevelopmentDependencies && !needsDevelopment;
  const image = {
    ...build.image(prunes),
    // Programs call pnpm and Yarn by name, which no script shows; both are small.
    keepsTools: /^(?:pnpm|yarn)/.test(manager?.name ?? "") || commands.some(({ line }) => usesBun(line, manifest)),
    command: start.command,
  };

  return {
    kind: start.kind,
    port: null,
    portSource: null,
    recipe: {
      ...build.recipe,
      generate: (baseReference) => nodeDockerfile({ base: baseReference(build.base), ...image }),
      bases: [build.base],
    },
    decisions: [
      ...build.decisions,
      ...(manager && build.hasDevelopmentDependencies
        ? [prunes ? "Development dependencies are left out of the image" : "Development dependencies stay in the image"]
        : []),
      `Start: ${start.command.join(" ")} (${start.source})`,
    ],
    warnings: [...build.warnings, ...developmentServer(start, manifest)],
  };
}

async function detectSite(
  tree: SourceTree,
  manifest: PackageJson,
  site: StaticBuild,
  installation: Installation,
): Promise<Detected> {
  const build = await readBuild(tree, manifest, [], installation);
  const server: BaseName = "static:1";
  const { tool, output, outputSource } = site;
  const singlePage = (await readStaticfile(tree))?.singlePage ?? site.singlePage;
  return {
    kind: "web",
    port: staticPort,
    portSource: null,
    recipe: {
      ...build.recipe,
      generate: (baseReference) =>
        nodeSiteDockerfile({
          base: baseReference(build.base),
          server: baseReference(server),
          output,
          ...build.image(false),
        }),
      bases: [build.base, server],
      extraFiles: new Map([
        ...build.recipe.extraFiles,
        [".baton/Caddyfile", staticCaddyfile({ port: staticPort, singlePage })],
      ]),
    },
    decisions: [
      ...build.decisions,
      `${tool} makes a static site in ${output}/${outputSource === null ? "" : ` (${outputSource})`}, served by Caddy`,
      ...(singlePage ? ["index.html is shown for addresses that are no file (single-page app)"] : []),
    ],
    warnings: [...build.warnings, ...ownServerSettings(tree)],
    servesFiles: true,
  };
}

interface Build {
  readonly base: BaseName;
  readonly manager: PackageManager | null;
  readonly hasDevelopmentDependencies: boolean;
  readonly image: (prunes: boolean) => Omit<NodeImage, "base">;
  readonly recipe: Pick<
    Detected["recipe"],
    "contextFolder" | "dockerfile" | "extraFiles" | "ignore" | "target" | "args" | "buildVariables" | "buildSecrets"
  >;
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

/** How packages are installed and the build script is run, whatever becomes of its outcome. */
async function readBuild(
  tree: SourceTree,
  manifest: PackageJson,
  startLines: readonly string[],
  { buildVariables, around }: Installation,
): Promise<Build> {
  const workspace = around && (await workspaceOf(around.tree, around.folder));
  const home = workspace?.root ?? tree;
  const version = manifest.engines.node
    ? await chooseNode(tree, manifest)
    : await chooseNode(home, workspace?.manifest ?? manifest);
  const installs = manifest.hasDependencies || home.files.has("pnpm-workspace.yaml") || workspace !== null;
  const root = workspace?.manifest ?? manifest;
  const members = await membersOf(home, root);
  const manager = installs ? await choosePackageManager(home, root) : null;
  const buildScript = buildScriptOf(manifest);
  const builds = buildScript !== null;
  const lines = [...(builds ? [`npm run ${buildScript}`] : []), ...startLines];
  const wantsBun = manager?.name !== "bun" && lines.some((line) => usesBun(line, manifest));
  const tools = [...(manager?.program == null ? [] : [manager.program]), ...(wantsBun ? ["bun@1"] : [])];
  const known = builds ? buildVariables.known : [];
  const early = manager && (await earlyInstall(home, root, manager));
  const builtBefore = workspace?.builtBefore ?? [];
  const secrets = builds || manager ? buildVariables.secret : [];

  return {
    base: `node:${version.major}`,
    manager,
    hasDevelopmentDependencies: [root, ...members.map((member) => member.manifest)].some(
      ({ devDependencies }) => devDependencies.length > 0,
    ),
    image: (prunes) => ({
      packages: manager && { ...manager, prunes, early },
      tools,
      buildScript,
      environment: buildEnvironment(manifest),
      member: workspace?.member ?? null,
      builtBefore,
      buildVariables: known,
      buildSecrets: secrets,
    }),
    recipe: {
      ...(workspace ? { contextFolder: "" } : {}),
      dockerfile: ".baton/Dockerfile",
      extraFiles: early?.manifests ?? new Map(),
      ignore: [
        "**/node_modules",
        ...(await readIgnoreFile(home, null)),
        // The generated Dockerfile names these.
        ...["package.json", ...(manager?.files ?? []), ...(early?.folders ?? [])].map((file) => `!${file}`),
      ],
      target: null,
      args: {},
      buildVariables: known,
      buildSecrets: secrets,
    },
    decisions: [
      version.decision,
      ...(workspace ? [`Installed at the root, as a workspace; built and started in ${workspace.member}/`] : []),
      manager?.decision ?? "No dependencies, so nothing is installed",
      ...(wantsBun ? ["Bun 1, because a script calls it"] : []),
      ...(builds ? [`Build: npm run ${buildScript} (scripts.${buildScript}: ${manifest.scripts[buildScript]})`] : []),
      ...(builtBefore.length > 0 ? [`Built before, because it uses them: ${builtBefore.join(", ")}`] : []),
      ...(secrets.length > 0 ? [`Install and build get ${secrets.join(", ")}, and the image does not keep them`] : []),
      ...(known.length > 0 ? [`The build knows ${known.join(", ")} (public by their names)`] : []),
    ],
    warnings: [version.warning, manager?.warning ?? null].filter((text) => text !== null),
  };
}

/** adapter-auto looks for the place it is built in, and takes adapter-node for Google's buildpacks. */
function buildEnvironment({ dependencies, devDependencies }: PackageJson): readonly string[] {
  const adapters = [...dependencies, ...devDependencies].filter((name) => /^@sveltejs\/adapter-/.test(name));
  return adapters.length === 1 && adapters[0] === adapterAuto ? ["GCP_BUILDPACKS=1", "CI=true"] : [];
}

function usesBun(line: string, manifest: PackageJson): boolean {
  return linesRunBy(line, manifest)
    .flatMap(commandsIn)
    .some(([program = ""]) => program === "bun" || program === "bunx");
}

function developmentServer(start: StartCommand, manifest: PackageJson): readonly string[] {
  if (!isDevelopmentServer(start.line, manifest)) return [];
  const script = start.source.startsWith("scripts.")
    ? manifest.scripts[start.source.slice("scripts.".length)]
    : start.line;
  return [`"${script}" (${start.source}) is a development server: slower than need be, and open about your source`];
}

async function notStartable(tree: SourceTree, manifest: PackageJson): Promise<PlanProblem> {
  const packages = [...manifest.dependencies, ...manifest.devDependencies];
  const adapter = packages.find((name) => /^@(?:sveltejs\/adapter-|astrojs\/)(?:vercel|netlify|cloudflare)/.test(name));
  if (adapter !== undefined) {
    const [node, pages] = adapter.startsWith("@sveltejs/")
      ? ["@sveltejs/adapter-node", "@sveltejs/adapter-static for plain pages"]
      : ["@astrojs/node", "none for plain pages"];
    return new PlanProblem(
      `${adapter} builds for another platform, so that there is nothing here to start`,
      `Use ${node} instead (or ${pages}), in the framework's configuration and in package.json.`,
    );
  }
  const apps = (await membersOf(tree, manifest)).filter(
    (member) => startScript(member.manifest) ?? buildScriptOf(member.manifest),
  );
  if (apps.length > 0) {
    const folders = apps.map(({ folder }) => folder).toSorted();
    return new PlanProblem(
      `this is a workspace of several packages (${folders.slice(0, 12).join(", ")}), and nothing says which one is deployed`,
      `Say it in a baton.yaml at the root: stacks: { web: { path: ${folders[0]} } }. Or add a start script to the root's package.json.`,
    );
  }
  const built = buildScriptOf(manifest) === null ? "" : ", although there is a build script";
  return new PlanProblem(
    `package.json does not say how the app is started${built}: it has no start script, its main file is not there, and there is no server.js, index.js or app.js`,
    'Add a start script to package.json ("start": "node server.js"), a Procfile (web: node server.js) or a Dockerfile.',
  );
}
