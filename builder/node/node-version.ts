import semver from "semver";
import { type NodeMajor, nodeMajors } from "../base-images.ts";
import type { SourceTree } from "../plan.ts";
import { firstOf } from "../source-tree.ts";
import type { PackageJson } from "./package-json.ts";

export interface NodeVersion {
  readonly major: NodeMajor;
  /** For the log: "Node 22 (engines in package.json: >=20)". */
  readonly decision: string;
  readonly warning: string | null;
}

const preferred: NodeMajor = 22;
/** The best first: the default, then the newest. */
const byPreference: readonly NodeMajor[] = [
  preferred,
  ...nodeMajors.toReversed().filter((major) => major !== preferred),
];

/** The names that Node's long-term releases have in .nvmrc. */
const codenames: Readonly<Record<string, string>> = { iron: "20", jod: "22", krypton: "24" };

/** Which of the Node versions that there are images of this app wants: engines, then .nvmrc, then .node-version. */
export async function chooseNode(tree: SourceTree, manifest: PackageJson): Promise<NodeVersion> {
  const wish = await readWish(tree, manifest);
  if (!wish) return { major: preferred, decision: `Node ${preferred} (default)`, warning: null };
  const { text, source } = wish;

  const range = toRange(text);
  const fitting = range === null ? undefined : byPreference.find((major) => semver.intersects(range, `${major}.x`));
  if (range === null || fitting) {
    const major = fitting ?? preferred;
    const warning = fitting ? null : `"${text}" (${source}) is not a version of Node that Baton understands`;
    return { major, decision: `Node ${major} (${source}: ${text})`, warning };
  }

  const asked = semver.minVersion(range)?.major ?? preferred;
  const major = nodeMajors.find((candidate) => candidate >= asked) ?? 24;
  return {
    major,
    decision: `Node ${major} (the nearest to ${text}, ${source})`,
    warning: `Node ${text} (${source}) is not among the versions that Baton builds with, ${nodeMajors.join(", ")}; Node ${major} is used instead`,
  };
}

async function readWish(
  tree: SourceTree,
  manifest: PackageJson,
): Promise<{ readonly text: string; readonly source: string } | null> {
  if (manifest.engines.node?.trim()) return { text: manifest.engines.node.trim(), source: "engines in package.json" };
  const file = firstOf(tree, [".nvmrc", ".node-version"]);
  const line = file === null ? null : ((await tree.read(file)) ?? "").split("\n").map(withoutComment).find(Boolean);
  return file !== null && line ? { text: line.slice(0, 60), source: file } : null;
}

function withoutComment(line: string): string {
  return line.replace(/#.*/, "").trim();
}

/** A range of semantic versions; null for what is none. `lts/*` and `node` mean the default. */
function toRange(text: string): string | null {
  const name = /^lts\/(\S+)$/i.exec(text)?.[1]?.toLowerCase();
  if (name) return codenames[name] ?? `${preferred}`;
  if (/^(?:node|stable|latest|current)$/i.test(text)) return `${preferred}`;
  return semver.validRange(text.replace(/^node-?(?=v?\d)/i, ""), { loose: true });
}
