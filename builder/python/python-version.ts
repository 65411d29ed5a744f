import semver from "semver";
import type { SourceTree } from "../plan.ts";

export interface PythonVersion {
  readonly version: PythonMinor;
  /** For the log: "Python 3.11 (.python-version: 3.11.4)". */
  readonly decision: string;
  readonly warning: string | null;
}

/** The one that Debian has, so that it can be made without a registry. */
export type PythonMinor = "3.11";
const available: PythonMinor = "3.11";

/** Which Python an app wants: .python-version, runtime.txt, then requires-python in pyproject.toml. */
export async function choosePython(tree: SourceTree): Promise<PythonVersion> {
  const wish = await readWish(tree);
  if (wish === null) return { version: available, decision: `Python ${available} (default)`, warning: null };
  const { text, source } = wish;
  const range = semver.validRange(
    text
      .replace(/^(?:python|cpython)-?/i, "")
      .replaceAll("~=", "~")
      .replaceAll("==", "="),
    {
      loose: true,
    },
  );
  if (range !== null && semver.intersects(range, `${available}.x`)) {
    return { version: available, decision: `Python ${available} (${source}: ${text})`, warning: null };
  }
  return {
    version: available,
    decision: `Python ${available} (instead of ${text}, ${source})`,
    warning: `Python ${text} (${source}) is not among the versions that Baton builds with; Python ${available} is used instead. A Dockerfile can name any`,
  };
}

async function readWish(tree: SourceTree): Promise<{ readonly text: string; readonly source: string } | null> {
  for (const source of [".python-version", "runtime.txt"]) {
    const line = ((await tree.read(source)) ?? "")
      .split("\n")
      .map((text) => text.trim())
      .find((text) => /\d/.test(text));
    if (line !== undefined && !line.startsWith("#")) return { text: line.slice(0, 60), source };
  }
  const text = /^requires-python\s*=\s*["']([^"']{1,60})["']/m.exec((await tree.read("pyproject.toml")) ?? "")?.[1];
  // Several conditions are joined by commas there, by spaces here.
  return text === undefined
    ? null
    : { text: text.replaceAll(/\s*,\s*/g, " "), source: "requires-python in pyproject.toml" };
}
