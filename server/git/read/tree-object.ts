import { type TreeRecord, typeOf } from "./tree-listing.ts";

/**
 * Finds an entry of one folder in the content of its tree object, which is `<mode> <name>`, a NUL and the bytes of the
 * object's id for each entry. Null when there is none of this name. Pure.
 */
export function entryIn(tree: Buffer, name: string, idBytes: number): Pick<TreeRecord, "type" | "object"> | null {
  const wanted = Buffer.from(name);
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(" ", at);
    const nul = tree.indexOf(0, space);
    if (space < 0 || nul < 0) throw new Error("a tree object ends in the middle of an entry");
    const next = nul + 1 + idBytes;
    if (tree.subarray(space + 1, nul).equals(wanted)) {
      const type = typeOf(Number.parseInt(tree.toString("latin1", at, space), 8));
      if (type === undefined) throw new Error(`a tree object holds an unknown mode for ${JSON.stringify(name)}`);
      return { type, object: tree.toString("hex", nul + 1, next) };
    }
    at = next;
  }
  return null;
}
