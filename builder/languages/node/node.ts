import { readProcfile } from "../../manifest/procfile.ts";
import type { BuildEnvironment, Detected, Provider } from "../../plan/detected.ts";
import type { BaseName, SourceTree } from "../../plan/plan.ts";
import { argumentVector } from "../../shell/simple-command.ts";
import { firstOf } from "../../source/source-tree.ts";
import { otherLanguageOf } from "../other-languages.ts";
import { staticCaddyfile } from "../static/caddyfile.ts";
import { readSiteRules } from "../static/netlify-files.ts";
import { ownServerSettings } from "../static/own-server-settings.ts";
import { staticPort } from "../static/static-dockerfile.ts";
import { readStaticfile } from "../static/staticfile.ts";
import { buildScriptOf } from "./framework/build-script.ts";
import { isDevelopmentServer, programsRunBy } from "./framework/development-server.ts";
import { type StaticBuild, staticBuild } from "./framework/static-build.ts";
import { callsHandlerServer, readNodeBuild, usesBun } from "./node-build.ts";
import { nodeDockerfile, nodeSiteDockerfile } from "./node-dockerfile.ts";
import { type PackageJson, readPackageJson } from "./package/package-json.ts";
import { withoutPackageJson } from "./package/without-package-json.ts";
import { builtProgram } from "./start/built-program.ts";
import { commandsIn } from "./start/command-line.ts";
import { notStartable } from "./start/not-startable.ts";
import { linesRunBy, runTimeNeeds } from "./start/run-time-needs.ts";
import { findStartCommand, type StartCommand, startScript } from "./start/start-command.ts";

/** A Node app: a package.json that says how it is started, or a site that its build makes. */
export const node: Provider = {
  looksFor: "a package.json or a server.js (Node)",

  async detect(tree, environment) {
    const processes = await readProcfile(tree);
    const manifest = (await readPackageJson(tree)) ?? (await withoutPackageJson(tree, processes));
    if (manifest === null) return null;
    if (isForAnother(tree, manifest, processes)) return null;

    const site = processes.has("web") || processes.has("worker") ? null : await siteOf(tree, manifest);
    if (site !== null) return detectSite(tree, manifest, site, environment);
    const start = await findStartCommand(tree, manifest, processes);
    if (start !== null) return detectApp(tree, manifest, start, environment);
    // Many static sites have a package.json only for a formatter. A site that needs a build is not finished.
    const isFinished = buildScriptOf(manifest) === null || (await readStaticfile(tree))?.root !== undefined;
    if (isFinished && firstOf(tree, ["index.html", "Staticfile"]) !== null) return null;
    throw await notStartable(tree, manifest);
  },
};

/**
 * Whether the app is written in another language. Such apps often have a package.json for styles and scripts, which
 * starts nothing.
 */
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

/** Returns the site that the build makes, unless a start script other than a development server serves it. */
async function siteOf(tree: SourceTree, manifest: PackageJson): Promise<StaticBuild | null> {
  const script = startScript(manifest);
  const site = await staticBuild(tree, manifest);
  if (script === null || site === null || isDevelopmentServer(`npm run ${script}`, manifest)) return site;
  // `next start` refuses to serve exported pages.
  const isNext = programsRunBy(`npm run ${script}`, manifest).some(([program]) => program === "next");
  return site.tool === "Next.js" && isNext ? site : null;
}

async function detectApp(
  tree: SourceTree,
  manifest: PackageJson,
  start: StartCommand,
  environment: BuildEnvironment,
): Promise<Detected> {
  const build = await readNodeBuild(tree, manifest, [start.line, ...environment.processLines], environment);
  const { manager } = build;
  const further = environment.processLines.filter((line) => line !== start.line);
  const commands = [start, ...further.map((line) => ({ line, command: argumentVector(line) }))];
  const needsDevelopment = commands.some((each) => runTimeNeeds(each, manifest).devDependencies);
  const prunes = manager?.prune != null && build.hasDevelopmentDependencies && !needsDevelopment;
  const program = builtProgram(tree, manifest, start);
  const image = {
    ...build.image(prunes),
    builtProgram: program,
    // Programs may call pnpm and Yarn by name without a script that shows it, and both are small.
    keepsTools:
      /^(?:pnpm|yarn)/.test(manager?.name ?? "") ||
      commands.some(({ line }) => usesBun(line, manifest) || callsHandlerServer(line)),
    command: start.command,
  };

  return {
    kind: start.kind,
    port: null,
    portSource: null,
    recipe: {
      ...build.recipe,
      generate: (baseReference) =>
        nodeDockerfile({ base: baseReference(build.base), buildBase: baseReference(build.buildBase), ...image }),
      bases: [...new Set([build.buildBase, build.base])],
      expected: program?.expected ?? null,
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
  environment: BuildEnvironment,
): Promise<Detected> {
  const build = await readNodeBuild(tree, manifest, [], environment);
  const server: BaseName = "static:1";
  const { tool, output, outputSource } = site;
  // Build tools copy these folders into their output.
  const rules = await readSiteRules(tree, ["public", "static", ""]);
  const singlePage = (await readStaticfile(tree))?.singlePage ?? (site.singlePage || rules.singlePage);
  return {
    kind: "web",
    port: staticPort,
    portSource: null,
    recipe: {
      ...build.recipe,
      generate: (baseReference) =>
        nodeSiteDockerfile({
          buildBase: baseReference(build.buildBase),
          server: baseReference(server),
          output,
          ...build.image(false),
        }),
      bases: [build.buildBase, server],
      expected: {
        path: `${output}/index.html`,
        hint: `${tool} was expected to write there. If it writes elsewhere, name that folder in a Staticfile in the repository (root: public).`,
      },
      extraFiles: new Map([
        ...build.recipe.extraFiles,
        [".baton/Caddyfile", staticCaddyfile({ port: staticPort, singlePage, rules })],
      ]),
    },
    decisions: [
      ...build.decisions,
      `${tool} builds a static site in ${output}/${outputSource === null ? "" : ` (${outputSource})`}, served by Caddy`,
      ...(singlePage ? ["index.html is served for addresses that are not files (single-page app)"] : []),
      ...rules.decisions,
    ],
    warnings: [...build.warnings, ...ownServerSettings(tree), ...rules.warnings],
    servesFiles: true,
  };
}

function developmentServer(start: StartCommand, manifest: PackageJson): readonly string[] {
  if (!isDevelopmentServer(start.line, manifest)) return [];
  const script = start.source.startsWith("scripts.")
    ? manifest.scripts[start.source.slice("scripts.".length)]
    : start.line;
  return [`"${script}" (${start.source}) is a development server: it is slower and exposes your source`];
}
