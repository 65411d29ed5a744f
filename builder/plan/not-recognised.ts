import type { Provider } from "./detected.ts";
import { PlanProblem, type SourceTree } from "./plan.ts";

const appFiles = [
  "Dockerfile",
  "Procfile",
  "package.json",
  "go.mod",
  "requirements.txt",
  "pyproject.toml",
  "index.html",
  "start.sh",
];
const shownNames = 12;

/** Says what was looked for, what is there instead, and what to do. */
export function notRecognised(tree: SourceTree, folder: string, providers: readonly Provider[]): PlanProblem {
  const looked = ["a Dockerfile", ...providers.map((provider) => provider.looksFor)];
  const where = folder === "" ? "the repository" : `${folder}/`;
  const message = `Baton couldn't tell how to run ${where}. It looked for ${listed(looked)}, but found only ${topNames(tree)}`;
  return new PlanProblem(message, hint(tree, folder));
}

function hint(tree: SourceTree, folder: string): string {
  const below = [...tree.files.keys()].filter(
    (path) => path.split("/").length === 2 && appFiles.includes(path.split("/")[1] ?? ""),
  );
  const app = below[0]?.split("/")[0];
  if (app === undefined) return "Add a Dockerfile: Baton can deploy whatever it builds.";
  const path = folder === "" ? app : `${folder}/${app}`;
  return `If the app is the one in ${path}/, say so in a baton.yaml at the root: stacks: { web: { path: ${path} } }. Otherwise add a Dockerfile.`;
}

/** Lists the names in the top folder: folders first, each with a slash. */
function topNames(tree: SourceTree): string {
  const names = new Set<string>();
  for (const path of tree.files.keys()) {
    const slash = path.indexOf("/");
    names.add(slash < 0 ? path : path.slice(0, slash + 1));
  }
  const sorted = [...names].sort((a, b) => Number(b.endsWith("/")) - Number(a.endsWith("/")) || (a < b ? -1 : 1));
  const shown = sorted.slice(0, shownNames).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  const more = sorted.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : listed(shown);
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
