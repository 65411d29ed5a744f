import type { SourceLocation } from "../../source/source-location.ts";

/** A location in a compose file, or in one that it includes or extends. */
export interface ComposeLocation extends SourceLocation {
  readonly line: number;
  /** The folder from which relative paths in that file start. */
  readonly folder: string;
}

/** A YAML value that keeps its location through merging, extending and including. */
export type Value = Scalar | List | Mapping;

export interface Scalar {
  readonly type: "scalar";
  readonly value: string | number | boolean | null;
  readonly at: ComposeLocation;
  readonly tag: MergeTag | null;
}

export interface List {
  readonly type: "list";
  readonly items: readonly Value[];
  readonly at: ComposeLocation;
  readonly tag: MergeTag | null;
}

export interface Mapping {
  readonly type: "mapping";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: ComposeLocation;
  readonly tag: MergeTag | null;
}

export interface Entry {
  /** The location of the key. */
  readonly at: ComposeLocation;
  readonly value: Value;
}

/** Compose's own tags: `!reset` removes the value from the file below, `!override` replaces it as a whole. */
export type MergeTag = "reset" | "override";

export function mapping(entries: ReadonlyMap<string, Entry>, like: Value): Mapping {
  return { type: "mapping", entries, at: like.at, tag: like.tag };
}

export function list(items: readonly Value[], like: Value): List {
  return { type: "list", items, at: like.at, tag: like.tag };
}

export function scalar(value: Scalar["value"], like: Value): Scalar {
  return { type: "scalar", value, at: like.at, tag: null };
}

export function isNull(value: Value): boolean {
  return value.type === "scalar" && value.value === null;
}

/** Returns the bare value as in JSON, without values that `!reset` removes. Those may be of any type. */
export function toPlain(value: Value): unknown {
  switch (value.type) {
    case "scalar":
      return value.value;
    case "list":
      return value.items.map(toPlain);
    case "mapping":
      return Object.fromEntries(
        [...value.entries]
          .filter(([, entry]) => entry.value.tag !== "reset")
          .map(([key, entry]) => [key, toPlain(entry.value)]),
      );
  }
}
