import { type ComposeLocation, type Entry, isNull, type Mapping, type Value } from "./value.ts";

/** A value with its key and its location, which is all that is needed to read it and to report problems with it. */
export interface Field {
  /** `services.web.volumes[0]` */
  readonly key: string;
  readonly at: ComposeLocation;
  readonly value: Value;
}

export function rootField(root: Mapping): Field {
  return { key: "", at: root.at, value: root };
}

/** Returns the value under a name. Null also for a key without a value, which Compose treats as absent. */
export function child(field: Field | null, name: string): Field | null {
  if (field?.value.type !== "mapping") return null;
  const entry = field.value.entries.get(name);
  return entry && !isNull(entry.value) ? fieldOf(field, name, entry) : null;
}

/** Returns the entries of a mapping, including those without a value. */
export function children(field: Field | null): readonly (readonly [name: string, field: Field])[] {
  if (field?.value.type !== "mapping") return [];
  return [...field.value.entries].map(([name, entry]) => [name, fieldOf(field, name, entry)]);
}

/** Returns the items of a list, without empty ones. */
export function items(field: Field | null): readonly Field[] {
  if (field?.value.type !== "list") return [];
  return field.value.items
    .map((value, index) => ({ key: `${field.key}[${index}]`, at: value.at, value }))
    .filter(({ value }) => !isNull(value));
}

/** Returns the items of a list, or the single value where a list may be written as one. */
export function itemsOrOne(field: Field | null): readonly Field[] {
  return field === null || field.value.type === "list" ? items(field) : [field];
}

/** Returns a scalar as text; null for anything else. */
export function text(field: Field | null): string | null {
  if (field?.value.type !== "scalar" || field.value.value === null) return null;
  return String(field.value.value);
}

export function texts(field: Field | null): readonly string[] {
  return itemsOrOne(field)
    .map(text)
    .filter((item) => item !== null);
}

/** Returns a boolean, also when a variable supplied it as text; null for anything else. */
export function flag(field: Field | null): boolean | null {
  const value = text(field)?.toLowerCase();
  if (value === undefined) return null;
  if (["true", "yes", "on", "y", "1"].includes(value)) return true;
  return ["false", "no", "off", "n", "0"].includes(value) ? false : null;
}

/** Reads `NAME: value` or `- NAME=value`. A null value means a name without a value. */
export function pairs(field: Field | null): readonly (readonly [name: string, value: string | null, field: Field])[] {
  if (field?.value.type === "mapping") {
    return children(field).map(([name, entry]) => [name, text(entry), entry]);
  }
  return items(field).map((item) => {
    const [name, value] = splitPair(text(item) ?? "");
    return [name, value, item];
  });
}

/** Returns the pairs as a record, with an empty value for a name without one. */
export function record(field: Field | null): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs(field).map(([name, value]) => [name, value ?? ""]));
}

export function splitPair(pair: string): readonly [name: string, value: string | null] {
  const equals = pair.indexOf("=");
  return equals < 0 ? [pair, null] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function fieldOf(parent: Field, name: string, entry: Entry): Field {
  return { key: parent.key === "" ? name : `${parent.key}.${name}`, at: entry.at, value: entry.value };
}

/** Returns the key and the location of the value at a path, or of the innermost value on the way to it. */
export function locate(root: Field, path: readonly string[]): { readonly at: ComposeLocation; readonly key: string } {
  let { at, key } = root;
  let value: Value | undefined = root.value;
  for (const step of path) {
    if (value?.type === "list") {
      value = value.items[Number(step)];
      key = `${key}[${step}]`;
      at = value?.at ?? at;
    } else {
      const entry: Entry | undefined = value?.type === "mapping" ? value.entries.get(step) : undefined;
      key = key === "" ? step : `${key}.${step}`;
      at = entry?.at ?? at;
      value = entry?.value;
    }
  }
  return { at, key };
}
