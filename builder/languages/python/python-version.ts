import semver from "semver";
import { type PythonMinor, pythonMinors } from "../../images/base-images.ts";
import type { SourceTree } from "../../plan/plan.ts";
import { toolVersion, type VersionWish } from "../../source/tool-versions.ts";
import type { Pyproject } from "./pyproject.ts";

export interface PythonVersion {
  readonly version: PythonMinor;
  /** The decision for the log: "Python 3.11 (.python-version: 3.11.4)". */
  readonly decision: string;
  readonly warning: string | null;
}

const preferred: PythonMinor = "3.11";

/**
 * Chooses the Python version by .python-version, runtime.txt, .tool-versions and mise.toml, then by Pipfile or
 * pyproject.toml.
 */
export async function choosePython(tree: SourceTree, project: Pyproject | null): Promise<PythonVersion> {
  const wish = await readWish(tree, project);
  if (wish === null) return { version: preferred, decision: `Python ${preferred} (default)`, warning: null };
  const { text, source } = wish;
  const range = rangeOf(text);
  const fitting = range === null ? undefined : pythonMinors.find((minor) => semver.intersects(range, `${minor}.x`));
  if (fitting) return { version: fitting, decision: `Python ${fitting} (${source}: ${text})`, warning: null };

  const version = range === null ? preferred : nearest(range);
  return {
    version,
    decision: `Python ${version} (instead of ${text}, ${source})`,
    warning: `Python ${text} (${source}) is not one of the versions that Baton builds with (${pythonMinors.toSorted(byNumber).join(", ")}); using Python ${version} instead. Your own Dockerfile can use any version`,
  };
}

/** Turns a version range of pip, Poetry and other tools into a semver range; null when it is not a range. */
function rangeOf(text: string): string | null {
  const semantic = text
    .replace(/^(?:(?:python|cpython)-?|latest:|prefix:)/i, "")
    .replaceAll("~=", "~")
    .replaceAll("==", "=")
    // "!=3.9.7" excludes a single patch version, which is never the newest.
    .replaceAll(/!=\s*[\d.*]+/g, "");
  return semver.validRange(semantic, { loose: true });
}

/** Returns the oldest or the newest version, whichever is nearer to the range. */
function nearest(range: string): PythonMinor {
  const sorted = pythonMinors.toSorted(byNumber);
  const asked = semver.minVersion(range);
  const oldest = semver.minVersion(`${sorted[0]}.x`);
  const isOlder = asked !== null && oldest !== null && semver.lt(asked, oldest);
  return (isOlder ? preferred : sorted.at(-1)) ?? preferred;
}

function byNumber(a: string, b: string): number {
  return Number(a.split(".")[1]) - Number(b.split(".")[1]);
}

async function readWish(tree: SourceTree, project: Pyproject | null): Promise<VersionWish | null> {
  for (const [source, wish] of versionFiles) {
    const text = wish?.exec((await tree.read(source)) ?? "")?.[1]?.trim();
    if (text !== undefined) return { text: text.slice(0, 60), source };
    const tool = wish === null ? await toolVersion(tree, ["python"]) : null;
    if (tool !== null) return tool;
  }
  const text = project?.requiresPython;
  // Commas separate conditions there, spaces here.
  return text ? { text: text.slice(0, 60).replaceAll(/\s*,\s*/g, " "), source: "pyproject.toml" } : null;
}

/** Files that name a version, with the pattern that finds it; null means the formats of version managers. */
const versionFiles: readonly (readonly [source: string, wish: RegExp | null])[] = [
  [".python-version", /^\s*([^#\s]*\d.*)$/m],
  ["runtime.txt", /^\s*([^#\s]*\d.*)$/m],
  [".tool-versions", null],
  ["Pipfile", /^python_(?:full_)?version\s*=\s*["'](\d[^"']*)["']/m],
];
