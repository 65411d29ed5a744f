import { parse } from "smol-toml";
import { z } from "zod";
import type { SourceTree } from "../plan/plan.ts";

/** A version of a language that a file asks for. */
export interface VersionWish {
  /** The version as written, at most 60 characters. */
  readonly text: string;
  /** The name of the file. */
  readonly source: string;
}

/** mise's configuration files, in its own order of precedence. */
const miseFiles = ["mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml"];

/**
 * Returns the version of a tool in asdf's .tool-versions, or else in mise's own file. `names` are the tool's names
 * there.
 */
export async function toolVersion(tree: SourceTree, names: readonly string[]): Promise<VersionWish | null> {
  const lines = ((await tree.read(".tool-versions")) ?? "").split(/\r?\n/);
  for (const line of lines) {
    // Versions after the first are fallbacks.
    const [name = "", version] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (names.includes(name) && version) return wish(version, ".tool-versions");
  }
  for (const source of miseFiles) {
    const tools = toolsIn((await tree.read(source)) ?? "");
    const version = names.map((name) => tools[name]).find((each) => each !== undefined);
    if (version) return wish(version, source);
  }
  return null;
}

function wish(text: string, source: string): VersionWish {
  return { text: text.slice(0, 60), source };
}

const version = z.union([z.string(), z.number().transform(String)]);
const tool = z
  .union([
    version,
    z.array(version).transform(([first]) => first),
    z.object({ version }).transform((each) => each.version),
  ])
  .optional()
  .catch(undefined);
const file = z.object({ tools: z.record(z.string(), tool).catch({}).default({}) }).catch({ tools: {} });

function toolsIn(text: string): Readonly<Record<string, string | undefined>> {
  try {
    return file.parse(parse(text)).tools;
  } catch {
    // An invalid file is ignored, because other files may name a version too. mise itself reports the error.
    return {};
  }
}
