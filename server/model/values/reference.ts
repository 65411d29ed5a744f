/**
 * A value may refer to others: `${{ NAME }}` to a variable of the same installation, `${{ product.NAME }}` to one of
 * another product in the same environment. `$${{` stands for the text `${{`. What a shell or Compose expands (`$NAME`,
 * `${NAME}`) is no reference.
 */
export interface Reference {
  /** As it is written between the braces. */
  readonly text: string;
  /** What it means when it names another product; null when it cannot. */
  readonly other: { readonly product: string; readonly name: string } | null;
}

/** A text that begins like a reference and is none. */
export interface NoReference {
  readonly excerpt: string;
}

const opening = "${{";
const whole = /^\$\{\{[ \t]*([A-Za-z_][A-Za-z0-9_.-]{0,200})[ \t]*\}\}/;
const productName = /^([a-z](?:-?[a-z0-9])*)\.([A-Za-z_][A-Za-z0-9_.-]*)$/;

export function holdsReference(value: string): boolean {
  return value.includes(opening);
}

/** The parts of a value in their order; text is as it will be in the container. */
export function partsOf(value: string): readonly (string | Reference | NoReference)[] {
  const parts: (string | Reference | NoReference)[] = [];
  let at = 0;
  for (;;) {
    const found = value.indexOf(opening, at);
    if (found < 0) return [...parts, value.slice(at)];
    if (value[found - 1] === "$" && found > at) {
      parts.push(value.slice(at, found - 1), opening);
      at = found + opening.length;
      continue;
    }
    parts.push(value.slice(at, found));
    const [matched, text] = whole.exec(value.slice(found, found + 300)) ?? [];
    if (matched === undefined || text === undefined) {
      parts.push({ excerpt: value.slice(found, found + 30).split("\n")[0] ?? "" });
      at = found + opening.length;
    } else {
      const [, product, name] = productName.exec(text) ?? [];
      parts.push({ text, other: product !== undefined && name !== undefined ? { product, name } : null });
      at = found + matched.length;
    }
  }
}

export function referencesIn(value: string): readonly Reference[] {
  return partsOf(value).filter((part): part is Reference => typeof part === "object" && "text" in part);
}
