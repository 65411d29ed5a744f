import semver from "semver";
import { type PythonMinor, pythonMinors } from "../base-images.ts";
import type { SourceTree } from "../plan.ts";

export interface PythonVersion {
  readonly version: PythonMinor;
  /** For the log: "Python 3.11 (.python-version: 3.11.4)". */
  readonly decision: string;
  readonly warning: string | null;
}

const preferred: PythonMinor = "3.11";

/** Which Python an app wants: .python-version, runtime.txt, then what pyproject.toml says. */
export async function choosePython(tree: SourceTree): Promise<PythonVersion> {
  const wish = await readWish(tree);
  if (wish === null) return { version: preferred, decision: `Python ${preferred} (default)`, warning: null };
  const { text, source } = wish;
  const range = rangeOf(text);
  const fitting = range === null ? undefined : pythonMinors.find((minor) => semver.intersects(range, `${minor}.x`));
  if (fitting) return { version: fitting, decision: `Python ${fitting} (${source}: ${text})`, warning: null };

  const version = range === null ? preferred : nearest(range);
  return {
    version,
    decision: `Python ${version} (instead of ${text}, ${source})`,
    warning: `Python ${text} (${source}) is not among the versions that Baton builds with, ${pythonMinors.toSorted(byNumber).join(", ")}; Python ${version} is used instead. A Dockerfile can name any`,
  };
}

/** As pip, Poetry and others write it, a range of semantic versions; null for what is none. */
function rangeOf(text: string): string | null {
  const semantic = text
    .replace(/^(?:python|cpython)-?/i, "")
    .replaceAll("~=", "~")
    .replaceAll("==", "=")
    // "!=3.9.7" leaves out a single version, which is none of the newest.
    .replaceAll(/!=\s*[\d.*]+/g, "");
  return semver.validRange(semantic, { loose: true });
}

/** The oldest or the newest there is, whichever lies nearer. */
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

async function readWish(tree: SourceTree): Promise<{ readonly text: string; readonly source: string } | null> {
  for (const source of [".python-version", "runtime.txt"]) {
    const line = ((await tree.read(source)) ?? "")
      .split("\n")
      .map((text) => text.trim())
      .find((text) => /\d/.test(text));
    if (line !== undefined && !line.startsWith("#")) return { text: line.slice(0, 60), source };
  }
  const project = (await tree.read("pyproject.toml")) ?? "";
  const text =
    /^requires-python\s*=\s*["']([^"']{1,60})["']/m.exec(project)?.[1] ??
    /^\[tool\.poetry\.dependencies\][^[]*?^python\s*=\s*["']([^"']{1,60})["']/ms.exec(project)?.[1];
  // Several conditions are joined by commas there, by spaces here.
  return text === undefined ? null : { text: text.replaceAll(/\s*,\s*/g, " "), source: "pyproject.toml" };
}
