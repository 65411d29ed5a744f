import { splitPair } from "../read/field.ts";
import {
  type Entry,
  isNull,
  type List,
  list,
  type Mapping,
  mapping,
  scalar,
  toPlain,
  type Value,
} from "../read/value.ts";
import { splitMount } from "../values/mount-syntax.ts";

/** How two values of one key become one. */
type Rule =
  /** The later one counts alone. */
  | "replace"
  /** `NAME=value` lists and mappings: by name. */
  | "pairs"
  /** Lists of names, and mappings from names: by name. */
  | "names"
  /** A text stands for a mapping with this key. */
  | { readonly shorthand: string }
  /** Lists that may be written as one value; with what makes two items the same. */
  | { readonly list: (item: Value) => string };

/**
 * Where merging is not simply: mappings by key, lists one after the other, all else replaced. From the Compose
 * Specification, "Merge"; of the keys that are read.
 */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["services.*.build", { shorthand: "context" }],
  ["services.*.build.args", "pairs"],
  ["services.*.command", "replace"],
  ["services.*.configs", { list: grantTarget }],
  ["services.*.depends_on", "names"],
  ["services.*.entrypoint", "replace"],
  ["services.*.env_file", { list: envFilePath }],
  ["services.*.environment", "pairs"],
  ["services.*.healthcheck.test", "replace"],
  ["services.*.labels", "pairs"],
  ["services.*.networks", "names"],
  ["services.*.secrets", { list: grantTarget }],
  ["services.*.sysctls", "pairs"],
  ["services.*.tmpfs", { list: asText }],
  ["services.*.volumes", { list: mountTarget }],
]);

/** A file over another, or a service over the one that it extends. */
export function mergeFiles(below: Mapping, above: Mapping): Mapping {
  return mergeMappings(below, above, "");
}

export function mergeServices(below: Mapping, above: Mapping): Mapping {
  return mergeMappings(below, above, "services.*");
}

/** What is left when all files are merged: `!reset` in a file that stands above none takes away as well. */
export function withoutReset(value: Mapping): Mapping {
  const entries = [...value.entries]
    .filter(([, entry]) => entry.value.tag !== "reset")
    .map(([name, entry]): [string, Entry] => {
      return [name, entry.value.type === "mapping" ? { at: entry.at, value: withoutReset(entry.value) } : entry];
    });
  return mapping(new Map(entries), value);
}

function mergeMappings(below: Mapping, above: Mapping, pattern: string): Mapping {
  const entries = new Map(below.entries);
  for (const [name, entry] of above.entries) {
    const merged = mergeEntry(entries.get(name), entry, patternBelow(pattern, name));
    if (merged === null) entries.delete(name);
    else entries.set(name, merged);
  }
  return mapping(entries, above);
}

function patternBelow(pattern: string, name: string): string {
  if (pattern === "") return name;
  return pattern === "services" ? "services.*" : `${pattern}.${name}`;
}

function mergeEntry(below: Entry | undefined, above: Entry, pattern: string): Entry | null {
  const { tag } = above.value;
  if (tag === "reset") return null;
  if (!below || tag === "override") return above;
  if (isNull(above.value)) return below;
  if (isNull(below.value)) return above;
  return { at: above.at, value: mergeValues(below.value, above.value, pattern) };
}

function mergeValues(below: Value, above: Value, pattern: string): Value {
  const rule = rules.get(pattern);
  if (rule === "replace") return above;
  if (rule === "pairs") return mergePairs(pairsAsMapping(below), pairsAsMapping(above));
  if (rule === "names") return mergeMappings(namesAsMapping(below), namesAsMapping(above), pattern);
  if (typeof rule === "object" && "shorthand" in rule) {
    return mergeMappings(longForm(below, rule.shorthand), longForm(above, rule.shorthand), pattern);
  }
  if (typeof rule === "object") return mergeLists(below, above, rule.list);
  if (below.type === "mapping" && above.type === "mapping") return mergeMappings(below, above, pattern);
  if (below.type === "list" && above.type === "list") return mergeLists(below, above, asText);
  return above;
}

/** A name without a value has a meaning of its own here: it is passed on from outside. */
function mergePairs(below: Mapping, above: Mapping): Mapping {
  const entries = new Map([...below.entries, ...above.entries]);
  for (const [name, { value }] of above.entries) if (value.tag === "reset") entries.delete(name);
  return mapping(entries, above);
}

/** An item that says what one before it says of the same thing takes its place. */
function mergeLists(below: Value, above: Value, identity: (item: Value) => string): List {
  const merged = new Map<string, Value>();
  for (const item of [...asList(below), ...asList(above)]) merged.set(identity(item), item);
  return list([...merged.values()], above);
}

function asList(value: Value): readonly Value[] {
  return value.type === "list" ? value.items : [value];
}

function pairsAsMapping(value: Value): Mapping {
  if (value.type === "mapping") return value;
  const entries = asList(value).map((item): [string, Entry] => {
    const [name, content] = splitPair(scalarText(item));
    return [name, { at: item.at, value: scalar(content, item) }];
  });
  return mapping(new Map(entries), value);
}

/** `depends_on` in its short form has a condition that the long form must spell out. */
function namesAsMapping(value: Value): Mapping {
  if (value.type === "mapping") return value;
  const entries = asList(value).map((item): [string, Entry] => {
    return [scalarText(item), { at: item.at, value: scalar(null, item) }];
  });
  return mapping(new Map(entries), value);
}

function longForm(value: Value, key: string): Mapping {
  if (value.type === "mapping") return value;
  return mapping(new Map([[key, { at: value.at, value }]]), value);
}

function scalarText(value: Value): string {
  return value.type === "scalar" ? String(value.value) : "";
}

function asText(item: Value): string {
  return item.type === "scalar" ? String(item.value) : JSON.stringify(toPlain(item));
}

function grantTarget(item: Value): string {
  return textAt(item, "target") ?? textAt(item, "source") ?? asText(item);
}

function envFilePath(item: Value): string {
  return textAt(item, "path") ?? asText(item);
}

function mountTarget(item: Value): string {
  return textAt(item, "target") ?? splitMount(asText(item)).target;
}

function textAt(item: Value, name: string): string | null {
  const value = item.type === "mapping" ? item.entries.get(name)?.value : undefined;
  return value ? asText(value) : null;
}
