import { type Lookup, type Substituted, substitute } from "../../../server/model/deployment/template.ts";
import type { Report } from "./report.ts";
import {
  type ComposeLocation,
  type Entry,
  list,
  type Mapping,
  mapping,
  type Scalar,
  scalar,
  type Value,
} from "./value.ts";

/**
 * The limit on the total length of all interpolated values. A few lines of `A=$B$B` would otherwise fill the memory.
 */
const maxTotalLength = 8 * 1024 * 1024;

/** Names of keys and indexes in lists. */
type Path = readonly (string | number)[];

/** Replaces the variables in a file's values. Keys and the top-level `x-` fragments stay unchanged. */
export interface Interpolation {
  file(root: Mapping, lookup: Lookup): Mapping;
}

export function createInterpolation(report: Report): Interpolation {
  let total = 0;

  function value(written: Value, path: Path, lookup: Lookup): Value {
    switch (written.type) {
      case "scalar":
        return typeof written.value === "string" && written.value.includes("$") ? text(written, path, lookup) : written;
      case "list":
        return list(
          written.items.map((item, index) => value(item, [...path, index], lookup)),
          written,
        );
      case "mapping":
        return mapping(
          new Map([...written.entries].map(([name, entry]) => [name, below(entry, [...path, name], lookup)])),
          written,
        );
    }
  }

  function below(entry: Entry, path: Path, lookup: Lookup): Entry {
    return { at: entry.at, value: value(entry.value, path, lookup) };
  }

  function text(written: Scalar, path: Path, lookup: Lookup): Scalar {
    const key = keyOf(path);
    const refuse = (what: string, hint: string) => {
      report.problem(written.at, key, what, hint);
      return scalar("", written);
    };
    const result = substitute(String(written.value), lookup);
    switch (result.type) {
      case "required": {
        const own = result.message ? `: ${result.message}` : "";
        const what = `needs the variable ${result.name}, which is not set${own}`;
        return refuse(what, `Set ${result.name} on the product's Variables page.`);
      }
      case "invalid":
        return refuse(result.message, "Write $$ for a dollar sign that doesn't begin a variable.");
      case "text":
        remarkOnUses(result, written.at, path, report);
        total += result.text.length;
        if (total <= maxTotalLength) return { ...written, value: result.text };
        return refuse("has variables whose values add up to more than 8 MiB", "Shorten their values.");
    }
  }

  return {
    file(root, lookup) {
      // Fragments are interpolated where an alias uses them.
      const entries = [...root.entries].map(([name, entry]): [string, Entry] => [
        name,
        name.startsWith("x-") ? entry : below(entry, [name], lookup),
      ]);
      return mapping(new Map(entries), root);
    },
  };
}

/** Reports probable mistakes: a variable that is not set, and a secret in a place where others can read it. */
function remarkOnUses(
  { text, uses }: Extract<Substituted, { type: "text" }>,
  at: ComposeLocation,
  path: Path,
  report: Report,
): void {
  for (const { name, isMissing, hasDefault } of uses) {
    if (isMissing && !hasDefault) report.warn(name, "is not set and has no default: it is empty");
  }
  const seenIn = whereSeen(path);
  if (seenIn) for (const { name } of uses) report.exposed(at, keyOf(path), name, text, seenIn);
}

function keyOf(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** Says where a value at this path is exposed to others; null when it is not. */
function whereSeen([section, , key, part]: Path): "image" | "command line" | null {
  if (section !== "services") return null;
  if (key === "build" && (part === "args" || part === "dockerfile_inline")) return "image";
  return key === "command" || key === "entrypoint" || (key === "healthcheck" && part === "test")
    ? "command line"
    : null;
}
