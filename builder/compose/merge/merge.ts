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

/** A rule says how two values of one key are merged. */
type Rule =
  /** The later value replaces the earlier one. */
  | "replace"
  /** `NAME=value` lists and mappings are merged by name. */
  | "pairs"
  /** Lists of names, and mappings from names, are merged by name. */
  | "names"
  /** A plain text is short for a mapping with this key. */
  | { readonly shorthand: string }
  /** Lists, which may be written as a single value, are concatenated. The function tells which items are the same. */
  | { readonly list: (item: Value) => string };

/**
 * The keys that do not merge by default. By default mappings merge by key, lists are concatenated and other values are
 * replaced. The source is "Merge" in the Compose Specification, for the keys that Baton reads.
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

/** Merges a file over another one. */
export function mergeFiles(below: Mapping, above: Mapping): Mapping {
  return mergeMappings(below, above, "");
}

export function mergeServices(below: Mapping, above: Mapping): Mapping {
  return mergeMappings(below, above, "services.*");
}

/** Removes values tagged `!reset` after all files are merged. The tag counts also in a file that overrides no other. */
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

/** Keeps names without a value, because such a name is passed on from outside. */
function mergePairs(below: Mapping, above: Mapping): Mapping {
  const entries = new Map([...below.entries, ...above.entries]);
  for (const [name, { value }] of above.entries) if (value.tag === "reset") entries.delete(name);
  return mapping(entries, above);
}

/** Concatenates two lists. An item replaces an earlier one with the same identity. */
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

/** Turns the short form, a list of names, into the long form, so that the two can be merged. */
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
