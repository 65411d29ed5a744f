import { PlanProblem, type SourceTree } from "../../../plan/plan.ts";
import { buildScriptOf } from "../framework/build-script.ts";
import { otherHostOf } from "../framework/frameworks.ts";
import type { PackageJson } from "../package/package-json.ts";
import { membersOf } from "../package/workspace.ts";
import { startScript } from "./start-command.ts";

/** Says why nothing can be started here, and what to do about it. */
export async function notStartable(tree: SourceTree, manifest: PackageJson): Promise<PlanProblem> {
  const packages = [...manifest.dependencies, ...manifest.devDependencies];
  const adapter = packages.find((name) => /^@(?:sveltejs\/adapter-|astrojs\/)(?:vercel|netlify|cloudflare)/.test(name));
  if (adapter !== undefined) {
    const [node, pages] = adapter.startsWith("@sveltejs/")
      ? ["@sveltejs/adapter-node", "@sveltejs/adapter-static for plain pages"]
      : ["@astrojs/node", "none for plain pages"];
    return new PlanProblem(
      `${adapter} builds for another platform, so there is nothing to start here`,
      `Use ${node} instead (or ${pages}), in the framework's configuration and in package.json.`,
    );
  }
  const host = otherHostOf(manifest);
  if (host !== null) {
    return new PlanProblem(
      `this is written for ${host}, which calls it, so there is no server to start here`,
      'Add a server for Node and a start script to package.json ("start": "node server.js"), or a Dockerfile.',
    );
  }
  const apps = (await membersOf(tree, manifest)).filter(
    (member) => startScript(member.manifest) ?? buildScriptOf(member.manifest),
  );
  if (apps.length > 0) {
    const folders = apps.map(({ folder }) => folder).toSorted();
    return new PlanProblem(
      `this is a workspace of several packages (${folders.slice(0, 12).join(", ")}), and nothing says which one to deploy`,
      `Name it in a baton.yaml at the root: stacks: { web: { path: ${likeliest(folders)} } }. Or add a start script to the root's package.json.`,
    );
  }
  const projects = nxApps(tree);
  if (projects.length > 0) {
    const name = likeliest(projects).split("/").at(-1);
    return new PlanProblem(
      `this is an Nx workspace (${projects.slice(0, 12).join(", ")}), and nothing says which of its apps to deploy`,
      `Name it with scripts in package.json: "build": "nx build ${name}" and, for a server, "start": "node dist/apps/${name}/main.js"; for a static site, name the output folder in a Staticfile (root: dist/apps/${name}).`,
    );
  }
  const built = buildScriptOf(manifest) === null ? "" : ", although there is a build script";
  return new PlanProblem(
    `package.json does not say how to start the app${built}: it has no start script, its main file does not exist, and there is no server.js, index.js or app.js`,
    `Add a start script to package.json ("start": "node server.js"), a Procfile (web: node server.js) or a Dockerfile.${finishedSite(tree)}`,
  );
}

/** Returns the folder that is most often meant. */
function likeliest(folders: readonly string[]): string {
  const usual = ["web", "www", "app", "site", "frontend", "client", "server", "api"];
  const named = usual.flatMap((name) => folders.find((folder) => folder.split("/").at(-1) === name) ?? []);
  return named[0] ?? folders[0] ?? "";
}

function nxApps(tree: SourceTree): readonly string[] {
  if (!tree.files.has("nx.json")) return [];
  const folders = [...tree.files.keys()].flatMap((path) => /^(.+)\/project\.json$/.exec(path)?.[1] ?? []);
  return folders.filter((folder) => !/^(?:libs|packages|tools)\/|-e2e$/.test(folder)).toSorted();
}

function finishedSite(tree: SourceTree): string {
  const folder = ["dist", "public", "build", "docs", "_site"].find((name) => tree.files.has(`${name}/index.html`));
  return folder === undefined
    ? ""
    : ` If the finished site is in ${folder}/, say so in a Staticfile (root: ${folder}).`;
}
