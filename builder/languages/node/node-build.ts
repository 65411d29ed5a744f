import { readIgnoreFile } from "../../dockerfile/from-dockerfile.ts";
import { withCompilers } from "../../images/base-images.ts";
import type { BuildEnvironment, Detected } from "../../plan/detected.ts";
import type { BaseName, SourceTree } from "../../plan/plan.ts";
import { buildScriptOf } from "./framework/build-script.ts";
import { adapterAuto, handlerServer } from "./framework/frameworks.ts";
import type { NodeImage } from "./node-dockerfile.ts";
import { compiledPackage } from "./package/compiled-packages.ts";
import { earlyInstall } from "./package/early-install.ts";
import { chooseNode } from "./package/node-version.ts";
import { omittingAmong, withDevelopment } from "./package/omit-development.ts";
import type { PackageJson } from "./package/package-json.ts";
import { choosePackageManager, type PackageManager } from "./package/package-manager.ts";
import { membersOf, workspaceOf } from "./package/workspace.ts";
import { commandsIn } from "./start/command-line.ts";
import { linesRunBy } from "./start/run-time-needs.ts";

/** What install and build of a Node app come to, whatever becomes of their outcome. */
export interface NodeBuild {
  readonly base: BaseName;
  /** Where it is built: the same, or one that has compilers. */
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
    | "told"
    | "toldInSecret"
  >;
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

/** How packages are installed and the build script is run. `startLines` are what runs in the image. */
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
  const lines = [...(builds ? [`npm run ${buildScript}`] : []), ...startLines];
  const wantsBun = manager?.name !== "bun" && lines.some((line) => usesBun(line, manifest));
  const wantsServer = startLines.some(callsHandlerServer);
  const tools = [
    ...(manager?.program == null ? [] : [manager.program]),
    ...(wantsBun ? ["bun@1"] : []),
    ...(wantsServer ? [handlerServer.package] : []),
  ];
  // A commit that changes nothing here must neither build it again nor replace what keeps data.
  const commit = around === null && volumes.length === 0 ? "argument" : "secret";
  const known = builds ? buildVariables.known : [];
  const secrets = builds || manager ? buildVariables.secret : [];
  const omitting = omittingAmong(secrets);
  const addDevelopment = manager && omitting.length > 0 ? withDevelopment[manager.name] : null;
  const early = manager && (await earlyInstall(home, root, manager));
  const builtBefore = workspace?.builtBefore ?? [];
  const compiled = manager && (await compiledPackage(home, manifests, manager.files));

  // 200 MB of a browser that only tests use, and that is fetched from elsewhere.
  const forTests = manifests.some(({ devDependencies }) => devDependencies.includes("cypress"))
    ? ["CYPRESS_INSTALL_BINARY=0"]
    : [];

  return {
    base: `node:${version.major}`,
    buildBase: compiled === null ? `node:${version.major}` : withCompilers(version.major),
    manager,
    hasDevelopmentDependencies: manifests.some(({ devDependencies }) => devDependencies.length > 0),
    image: (prunes) => ({
      packages: manager && {
        ...manager,
        install: addDevelopment === null ? manager.install : `${manager.install} ${addDevelopment}`,
        environment: [...manager.environment, ...forTests],
        prunes,
        early,
      },
      tools,
      buildScript,
      commit,
      compiles: compiled !== null,
      environment: buildEnvironment(manifest, manager),
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
      ...(builds && { [commit === "argument" ? "told" : "toldInSecret"]: ["BATON_COMMIT"] }),
    },
    decisions: [
      version.decision,
      ...(workspace ? [`Installed at the root, as a workspace; built and started in ${workspace.member}/`] : []),
      manager?.decision ?? "No dependencies, so nothing is installed",
      ...(compiled === null ? [] : [`Compilers are available during the build, because of ${compiled}`]),
      ...(wantsBun ? ["Bun 1, because a script calls it"] : []),
      ...(wantsServer ? [`${handlerServer.program}, because the build creates a handler but no server`] : []),
      ...(builds ? [`Build: npm run ${buildScript} (scripts.${buildScript}: ${manifest.scripts[buildScript]})`] : []),
      ...(builtBefore.length > 0 ? [`Built first, because it uses them: ${builtBefore.join(", ")}`] : []),
      ...(addDevelopment === null
        ? []
        : [`Development packages are installed for the build, although it gets ${omitting.join(", ")}`]),
      ...(secrets.length > 0 ? [`Install and build get ${secrets.join(", ")}, which are not kept in the image`] : []),
      ...(known.length > 0 ? [`The build gets ${known.join(", ")} (public by name)`] : []),
    ],
    warnings: [version.warning, manager?.warning ?? null].filter((text) => text !== null),
  };
}

/** adapter-auto looks for the place it is built in, and for Google's buildpacks it installs adapter-node. */
function buildEnvironment(
  { dependencies, devDependencies }: PackageJson,
  manager: PackageManager | null,
): readonly string[] {
  const adapters = [...dependencies, ...devDependencies].filter((name) => /^@sveltejs\/adapter-/.test(name));
  if (adapters.length !== 1 || adapters[0] !== adapterAuto) return [];
  // pnpm wants what it installs later to come from the same store.
  const store = manager?.name === "pnpm" ? [`NPM_CONFIG_STORE_DIR=${manager.cacheFolder}`] : [];
  return ["GCP_BUILDPACKS=1", "CI=true", ...store];
}

export function callsHandlerServer(line: string): boolean {
  return line.startsWith(`${handlerServer.program} `);
}

/** The line leads to a script that calls Bun. */
export function usesBun(line: string, manifest: PackageJson): boolean {
  return linesRunBy(line, manifest)
    .flatMap(commandsIn)
    .some(([program = ""]) => program === "bun" || program === "bunx");
}
