import { readIgnoreFile } from "../../dockerfile/from-dockerfile.ts";
import { withCompilers } from "../../images/base-images.ts";
import type { BuildEnvironment, Detected } from "../../plan/detected.ts";
import type { BaseName, SourceTree } from "../../plan/plan.ts";
import { buildScriptOf } from "./framework/build-script.ts";
import { adapterAuto, handlerServer } from "./framework/frameworks.ts";
import type { NodeImage } from "./node-dockerfile.ts";
import { compiledPackage } from "./package/compiled-packages.ts";
import { type EarlyInstall, earlyInstall } from "./package/early-install.ts";
import { chooseNode, type NodeVersion } from "./package/node-version.ts";
import { omittingAmong, withDevelopment } from "./package/omit-development.ts";
import type { PackageJson } from "./package/package-json.ts";
import { choosePackageManager, type PackageManager } from "./package/package-manager.ts";
import { membersOf, type Workspace, workspaceOf } from "./package/workspace.ts";
import { commandsIn } from "./start/command-line.ts";
import { linesRunBy } from "./start/run-time-needs.ts";

/** The install and build steps of a Node app. */
export interface NodeBuild {
  readonly base: BaseName;
  /** The image for the build: the same, or one with compilers. */
  readonly buildBase: BaseName;
  readonly manager: PackageManager | null;
  readonly hasDevelopmentDependencies: boolean;
  readonly image: (prunes: boolean) => Omit<NodeImage, "buildBase">;
  readonly recipe: Pick<
    Detected["recipe"],
    | "contextFolder"
    | "dockerfile"
    | "extraFiles"
    | "ignore"
    | "target"
    | "args"
    | "buildVariables"
    | "buildSecrets"
    | "ownArguments"
    | "ownSecrets"
  >;
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads how packages are installed and which script builds the app. `startLines` are the lines that run in the image.
 */
export async function readNodeBuild(
  tree: SourceTree,
  manifest: PackageJson,
  startLines: readonly string[],
  { buildVariables, around, volumes }: BuildEnvironment,
): Promise<NodeBuild> {
  const workspace = around && (await workspaceOf(around.tree, around.folder));
  const home = workspace?.root ?? tree;
  const version = manifest.engines.node
    ? await chooseNode(tree, manifest)
    : await chooseNode(home, workspace?.manifest ?? manifest);
  const installs = manifest.hasDependencies || home.files.has("pnpm-workspace.yaml") || workspace !== null;
  const root = workspace?.manifest ?? manifest;
  const members = await membersOf(home, root);
  const manifests = [root, ...members.map((member) => member.manifest)];
  const manager = installs ? await choosePackageManager(home, root) : null;
  const buildScript = buildScriptOf(manifest);
  const builds = buildScript !== null;
  const secrets = builds || manager ? buildVariables.secret : [];
  const omitting = omittingAmong(secrets);
  const facts: BuildFacts = {
    version,
    workspace,
    manifest,
    manifests,
    manager,
    buildScript,
    ...toolsFor(manifest, manager, buildScript, startLines),
    // A commit that changes nothing here must not cause a new build or replace a service that keeps data.
    commit: around === null && volumes.length === 0 ? "argument" : "secret",
    known: builds ? buildVariables.known : [],
    secrets,
    omitting,
    addDevelopment: manager && omitting.length > 0 ? withDevelopment[manager.name] : null,
    early: manager && (await earlyInstall(home, root, manager)),
    compiled: manager && (await compiledPackage(home, manifests, manager.files)),
  };
  return {
    base: `node:${version.major}`,
    buildBase: facts.compiled === null ? `node:${version.major}` : withCompilers(version.major),
    manager,
    hasDevelopmentDependencies: manifests.some(({ devDependencies }) => devDependencies.length > 0),
    image: (prunes) => imageOf(facts, prunes),
    recipe: recipeOf(facts, await readIgnoreFile(home, null)),
    decisions: describe(facts),
    warnings: [version.warning, manager?.warning ?? null].filter((text) => text !== null),
  };
}

/** The facts in a repository that decide how its app is installed and built. */
interface BuildFacts extends ExtraTools {
  readonly version: NodeVersion;
  readonly workspace: Workspace | null;
  readonly manifest: PackageJson;
  /** The package.json files of the root and of all members. */
  readonly manifests: readonly PackageJson[];
  readonly manager: PackageManager | null;
  readonly buildScript: string | null;
  readonly commit: NodeImage["commit"];
  /** Names of variables that the build gets as arguments, and of variables that install and build get as secrets. */
  readonly known: readonly string[];
  readonly secrets: readonly string[];
  /** Names of secrets that would make the package manager skip development packages. */
  readonly omitting: readonly string[];
  /** The option that makes the package manager install them anyway. */
  readonly addDevelopment: string | null;
  readonly early: EarlyInstall | null;
  /** A package that is compiled; null when there is none. */
  readonly compiled: string | null;
}

interface ExtraTools {
  /** npm packages whose programs install, build or start the app. */
  readonly tools: readonly string[];
  readonly wantsBun: boolean;
  readonly wantsServer: boolean;
}

function toolsFor(
  manifest: PackageJson,
  manager: PackageManager | null,
  buildScript: string | null,
  startLines: readonly string[],
): ExtraTools {
  const lines = [...(buildScript === null ? [] : [`npm run ${buildScript}`]), ...startLines];
  const wantsBun = manager?.name !== "bun" && lines.some((line) => usesBun(line, manifest));
  const wantsServer = startLines.some(callsHandlerServer);
  const tools = [
    ...(manager?.program == null ? [] : [manager.program]),
    ...(wantsBun ? ["bun@1"] : []),
    ...(wantsServer ? [handlerServer.package] : []),
  ];
  return { tools, wantsBun, wantsServer };
}

function imageOf(facts: BuildFacts, prunes: boolean): Omit<NodeImage, "buildBase"> {
  const { manager, manifest, manifests, addDevelopment, early, workspace } = facts;
  // Cypress would download a browser of 200 MB, which only tests use.
  const forTests = manifests.some(({ devDependencies }) => devDependencies.includes("cypress"))
    ? ["CYPRESS_INSTALL_BINARY=0"]
    : [];
  return {
    packages: manager && {
      ...manager,
      install: addDevelopment === null ? manager.install : `${manager.install} ${addDevelopment}`,
      environment: [...manager.environment, ...forTests],
      prunes,
      early,
    },
    tools: facts.tools,
    buildScript: facts.buildScript,
    commit: facts.commit,
    compiles: facts.compiled !== null,
    environment: buildEnvironment(manifest, manager),
    member: workspace?.member ?? null,
    builtBefore: workspace?.builtBefore ?? [],
    buildVariables: facts.known,
    buildSecrets: facts.secrets,
  };
}

function recipeOf(facts: BuildFacts, ignored: readonly string[]): NodeBuild["recipe"] {
  const { manager, early, workspace, buildScript, commit, known, secrets } = facts;
  return {
    ...(workspace ? { contextFolder: "" } : {}),
    dockerfile: ".baton/Dockerfile",
    extraFiles: early?.manifests ?? new Map(),
    ignore: [
      "**/node_modules",
      ...ignored,
      // The generated Dockerfile copies these files.
      ...["package.json", ...(manager?.files ?? []), ...(early?.folders ?? [])].map((file) => `!${file}`),
    ],
    target: null,
    args: {},
    buildVariables: known,
    buildSecrets: secrets,
    ...(buildScript !== null && { [commit === "argument" ? "ownArguments" : "ownSecrets"]: ["BATON_COMMIT"] }),
  };
}

function describe(facts: BuildFacts): readonly string[] {
  const { version, workspace, manager, manifest, buildScript, compiled, omitting, secrets, known } = facts;
  const builtBefore = workspace?.builtBefore ?? [];
  return [
    version.decision,
    ...(workspace ? [`Installed at the root, as a workspace; built and started in ${workspace.member}/`] : []),
    manager?.decision ?? "No dependencies, so nothing is installed",
    ...(compiled === null ? [] : [`Compilers are available during the build, because of ${compiled}`]),
    ...(facts.wantsBun ? ["Bun 1, because a script calls it"] : []),
    ...(facts.wantsServer ? [`${handlerServer.program}, because the build creates a handler but no server`] : []),
    ...(buildScript === null
      ? []
      : [`Build: npm run ${buildScript} (scripts.${buildScript}: ${manifest.scripts[buildScript]})`]),
    ...(builtBefore.length > 0 ? [`Built first, because it uses them: ${builtBefore.join(", ")}`] : []),
    ...(facts.addDevelopment === null
      ? []
      : [`Development packages are installed for the build, although it gets ${omitting.join(", ")}`]),
    ...(secrets.length > 0 ? [`Install and build get ${secrets.join(", ")}, which are not kept in the image`] : []),
    ...(known.length > 0 ? [`The build gets ${known.join(", ")} (public by name)`] : []),
  ];
}

/** adapter-auto chooses by the platform it is built on. On Google's buildpacks it installs adapter-node. */
function buildEnvironment(
  { dependencies, devDependencies }: PackageJson,
  manager: PackageManager | null,
): readonly string[] {
  const adapters = [...dependencies, ...devDependencies].filter((name) => /^@sveltejs\/adapter-/.test(name));
  if (adapters.length !== 1 || adapters[0] !== adapterAuto) return [];
  // pnpm needs the same store for later installations.
  const store = manager?.name === "pnpm" ? [`NPM_CONFIG_STORE_DIR=${manager.cacheFolder}`] : [];
  return ["GCP_BUILDPACKS=1", "CI=true", ...store];
}

export function callsHandlerServer(line: string): boolean {
  return line.startsWith(`${handlerServer.program} `);
}

/** Whether the line runs a script that calls Bun. */
export function usesBun(line: string, manifest: PackageJson): boolean {
  return linesRunBy(line, manifest)
    .flatMap(commandsIn)
    .some(([program = ""]) => program === "bun" || program === "bunx");
}
