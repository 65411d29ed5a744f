import { parse } from "smol-toml";
import { z } from "zod";
import type { SourceTree } from "../plan/plan.ts";

/** A version of a language that a file asks for. */
export interface VersionWish {
  /** As it is written, at most 60 characters. */
  readonly text: string;
  /** The file. */
  readonly source: string;
}

/** Where mise looks, in its own order. */
const miseFiles = ["mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml"];

/** What asdf's .tool-versions, or else mise's own file, asks for of a tool; `names` are those that it has there. */
export async function toolVersion(tree: SourceTree, names: readonly string[]): Promise<VersionWish | null> {
  const lines = ((await tree.read(".tool-versions")) ?? "").split(/\r?\n/);
  for (const line of lines) {
    // Further versions are second choices.
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
    // mise itself will say what is wrong with it; here it is one wish among others.
    return {};
  }
}
