import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
} from "yaml";
import { type YamlFault, yamlFaults } from "../../manifest/yaml-fault.ts";
import type { ComposeLocation, Entry, MergeTag, Value } from "./value.ts";

/** A few lines of anchors can stand for billions of values. Real files have a few hundred. */
const maxValues = 50_000;
const maxDepth = 60;
/** The limit on the items of one list. The schema compares each item with every other. */
const maxItems = 1000;

export interface ParsedYaml {
  /** Null when the file is empty or cannot be read. */
  readonly root: Value | null;
  readonly problems: readonly YamlFault[];
}

/**
 * Parses text into values with locations. Anchors, aliases and merge keys are resolved; Compose's own tags are kept.
 */
export function parseYaml(source: string, file: string, folder: string): ParsedYaml {
  const lines = new LineCounter();
  const problems: YamlFault[] = [];
  const lineOf = (offset: number) => lines.linePos(offset).line;
  try {
    const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
    if (document.errors.length > 0) return { root: null, problems: yamlFaults(source, document.errors, lineOf) };
    if (document.contents === null) return { root: null, problems };
    const read = createReader({
      placeOf: (node) => ({ file, folder, line: lineOf(node.range?.[0] ?? 0) }),
      complain: (node, message) => problems.push({ line: lineOf(node.range?.[0] ?? 0), message, hint: "Correct it." }),
    });
    return { root: read(document.contents), problems };
  } catch (cause) {
    if (cause instanceof TooLarge)
      return { root: null, problems: [{ line: 1, message: cause.message, hint: "Shorten it." }] };
    throw cause;
  }
}

class TooLarge extends Error {}

type Content = Exclude<Node, Alias>;

interface Surroundings {
  placeOf(node: Node): ComposeLocation;
  complain(node: Node, message: string): void;
}

function createReader({ placeOf, complain }: Surroundings): (node: Node) => Value {
  const anchors = createAnchors(complain);
  let values = 0;

  function read(written: Node, depth: number, inAlias: boolean): Value {
    values += 1;
    if (values > maxValues) throw new TooLarge(`the file expands to more than ${maxValues} values`);
    if (depth > maxDepth) throw new TooLarge("the file is nested too deeply, or contains itself");
    const node = anchors.resolve(written);
    if (!inAlias) anchors.remember(node);
    const below = inAlias || node !== written;
    const at = placeOf(written);
    const tag = tagOf(node, complain);
    if (isMap(node)) {
      const pairs = node.items as readonly Pair<Node, Node | null>[];
      return { type: "mapping", entries: readEntries(pairs, depth, below), at, tag };
    }
    if (isSeq(node)) {
      if (node.items.length > maxItems) throw new TooLarge(`the file has a list of more than ${maxItems} items`);
      return { type: "list", items: node.items.map((item) => read(item as Node, depth + 1, below)), at, tag };
    }
    return { type: "scalar", value: isScalar(node) ? scalarValue(node) : null, at, tag };
  }

  function readEntries(
    pairs: readonly Pair<Node, Node | null>[],
    depth: number,
    inAlias: boolean,
  ): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    const inherited = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const at = placeOf(key);
      const name = anchors.resolve(key);
      if (!isScalar(name)) {
        complain(key, "a key here is not a text");
        continue;
      }
      const content: Value = value ? read(value, depth + 1, inAlias) : { type: "scalar", value: null, at, tag: null };
      if (isMergeKey(name)) {
        // When several merged mappings have a key, the first one wins.
        for (const [inheritedName, entry] of mergedEntries(content, () => complain(key, "<<: accepts only mappings"))) {
          if (!inherited.has(inheritedName)) inherited.set(inheritedName, entry);
        }
      } else {
        entries.set(name.source ?? String(name.value), { at, value: content });
      }
    }
    for (const [name, entry] of inherited) if (!entries.has(name)) entries.set(name, entry);
    return entries;
  }

  return (node) => read(node, 0, false);
}

/** Tracks the anchors in the order of the file, because the library searches the whole document for each alias. */
function createAnchors(complain: Surroundings["complain"]) {
  const anchors = new Map<string, Content>();
  return {
    remember(node: Content): void {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    /** Returns the node itself, or the node that an alias refers to. */
    resolve(node: Node): Content {
      if (!isAlias(node)) return node as Content;
      const target = anchors.get(node.source);
      if (!target) complain(node, `*${node.source} refers to an anchor that no earlier line defines (&${node.source})`);
      return target ?? new Scalar(null);
    },
  };
}

function tagOf(node: Node, complain: Surroundings["complain"]): MergeTag | null {
  if (node.tag === "!reset") return "reset";
  if (node.tag === "!override") return "override";
  if (node.tag?.startsWith("!")) complain(node, `Compose does not know the tag ${node.tag}`);
  return null;
}

function isMergeKey(key: Scalar): boolean {
  return key.value === "<<" && key.type === "PLAIN";
}

function mergedEntries(content: Value, complain: () => void): readonly (readonly [string, Entry])[] {
  const sources = content.type === "list" ? content.items : [content];
  return sources.flatMap((source) => {
    if (source.type === "mapping") return [...source.entries];
    complain();
    return [];
  });
}

/** Reads a scalar as Compose's own parser does: YAML 1.2, but with the octal numbers of YAML 1.1 (`mode: 0440`). */
function scalarValue(node: Scalar): string | number | boolean | null {
  const { value, source, type } = node;
  if (type === "PLAIN" && source !== undefined && /^[-+]?0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  // An integer beyond the safe range was meant as text, such as an account number in an environment.
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) return source ?? value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  return null;
}
