import semver from "semver";
import { type NodeMajor, nodeMajors } from "../../../images/base-images.ts";
import type { SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";
import { toolVersion, type VersionWish } from "../../../source/tool-versions.ts";
import type { PackageJson } from "./package-json.ts";

export interface NodeVersion {
  readonly major: NodeMajor;
  /** The decision for the log: "Node 22 (engines in package.json: >=20)". */
  readonly decision: string;
  readonly warning: string | null;
}

const preferred: NodeMajor = 22;
/** Versions in order of preference: the default, then the newest. */
const byPreference: readonly NodeMajor[] = [
  preferred,
  ...nodeMajors.toReversed().filter((major) => major !== preferred),
];

/** The codenames of Node's long-term releases, as in .nvmrc. */
const codenames: Readonly<Record<string, string>> = {
  argon: "4",
  boron: "6",
  carbon: "8",
  dubnium: "10",
  erbium: "12",
  fermium: "14",
  gallium: "16",
  hydrogen: "18",
  iron: "20",
  jod: "22",
  krypton: "24",
};

/** Chooses an available Node version: by engines and Volta in package.json, then by files that name one. */
export async function chooseNode(tree: SourceTree, manifest: PackageJson): Promise<NodeVersion> {
  const wish = await readWish(tree, manifest);
  if (!wish) return { major: preferred, decision: `Node ${preferred} (default)`, warning: null };
  const { text, source } = wish;

  const range = toRange(text);
  const fitting = range === null ? undefined : byPreference.find((major) => semver.intersects(range, `${major}.x`));
  if (range === null || fitting) {
    const major = fitting ?? preferred;
    const warning = fitting ? null : `"${text}" (${source}) is not a Node version that Baton understands`;
    return { major, decision: `Node ${major} (${source}: ${text})`, warning };
  }

  const asked = semver.minVersion(range)?.major ?? preferred;
  const major = nodeMajors.find((candidate) => candidate >= asked) ?? 24;
  return {
    major,
    decision: `Node ${major} (the nearest to ${text}, ${source})`,
    warning: `Node ${text} (${source}) is not one of the versions that Baton builds with (${nodeMajors.join(", ")}); using Node ${major} instead`,
  };
}

async function readWish(tree: SourceTree, { engines, volta }: PackageJson): Promise<VersionWish | null> {
  if (engines.node?.trim()) return { text: engines.node.trim(), source: "engines in package.json" };
  if (volta.node?.trim()) return { text: volta.node.trim(), source: "volta in package.json" };
  const file = firstOf(tree, [".nvmrc", ".node-version"]);
  const line = file === null ? null : ((await tree.read(file)) ?? "").split("\n").map(withoutComment).find(Boolean);
  return file !== null && line ? { text: line.slice(0, 60), source: file } : toolVersion(tree, ["nodejs", "node"]);
}

function withoutComment(line: string): string {
  return line.replace(/#.*/, "").trim();
}

/** Turns the text into a semver range; null when it is none. `lts/*`, `lts` and `node` mean the default. */
function toRange(text: string): string | null {
  const name = /^lts[/-](\S+)$/i.exec(text)?.[1]?.toLowerCase() ?? text.toLowerCase();
  if (Object.hasOwn(codenames, name)) return codenames[name] ?? null;
  if (/^(?:\*|-\d|lts|node|stable|latest|current|default)$/i.test(name)) return `${preferred}`;
  // asdf: "latest:20", "ref:v20.1.0".
  return semver.validRange(text.replace(/^(?:node-?|latest:|ref:|prefix:)(?=v?\d)/i, ""), { loose: true });
}
