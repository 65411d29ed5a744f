import { PlanProblem, type SourceTree } from "../plan.ts";
import { buildScriptOf } from "./build-script.ts";
import type { PackageJson } from "./package-json.ts";
import { startScript } from "./start-command.ts";
import { membersOf } from "./workspace.ts";

/** Why nothing can be started here, and what to do about it. */
export async function notStartable(tree: SourceTree, manifest: PackageJson): Promise<PlanProblem> {
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
