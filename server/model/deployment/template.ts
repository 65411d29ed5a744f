/** Returns the value of a variable. Undefined means not set, which differs from empty. */
export type Lookup = (name: string) => string | undefined;

export interface TemplateUse {
  readonly name: string;
  readonly hasDefault: boolean;
  readonly isMissing: boolean;
}

export type Substituted =
  | { readonly type: "text"; readonly text: string; readonly uses: readonly TemplateUse[] }
  /** A required variable is missing: `${NAME:?message}`. */
  | { readonly type: "required"; readonly name: string; readonly message: string }
  | { readonly type: "invalid"; readonly message: string };

export interface SubstituteOptions {
  readonly keepsReferences?: boolean;
}

/** The limit of nested defaults; real files have two or three levels. */
const maxDepth = 20;
/** The longest text that Linux passes to a program as one argument or variable. */
const maxLength = 128 * 1024;

/**
 * Implements Compose's interpolation: `$NAME`, `${NAME}`, with `:-` `-` (default), `:?` `?` (required), `:+` `+`
 * (alternative), where the colon treats empty as missing; the text that follows is a template as well. `$$` is a dollar
 * sign. `${{` and `$${{`, which mean something in a variable's value, are refused like other mistakes unless
 * `keepsReferences`.
 */
export function substitute(
  template: string,
  lookup: Lookup,
  { keepsReferences = false }: SubstituteOptions = {},
): Substituted {
  const uses: TemplateUse[] = [];
  try {
    return { type: "text", text: expand(template, { lookup, uses, keepsReferences }, 0), uses };
  } catch (cause) {
    if (cause instanceof Stop) return cause.outcome;
    throw cause;
  }
}

class Stop extends Error {
  readonly outcome: Exclude<Substituted, { type: "text" }>;
  constructor(outcome: Exclude<Substituted, { type: "text" }>) {
    super(outcome.message);
    this.outcome = outcome;
  }
}

interface Expansion {
  readonly lookup: Lookup;
  readonly uses: TemplateUse[];
  readonly keepsReferences: boolean;
}

function invalid(message: string): never {
  throw new Stop({ type: "invalid", message });
}

function expand(template: string, expansion: Expansion, depth: number): string {
  if (depth > maxDepth) invalid("has too many levels of defaults within defaults");
  let text = "";
  let at = 0;
  while (at < template.length) {
    const dollar = template.indexOf("$", at);
    if (dollar < 0) return bounded(text + template.slice(at));
    text += template.slice(at, dollar);
    const next = template[dollar + 1];
    const kept = expansion.keepsReferences && /^\$?\$\{\{/.exec(template.slice(dollar, dollar + 4))?.[0];
    if (kept) {
      text += kept;
      at = dollar + kept.length;
    } else if (next === "$") {
      text += "$";
      at = dollar + 2;
    } else if (next === "{") {
      const end = closingBrace(template, dollar + 1);
      text += braced(template.slice(dollar + 2, end), expansion, depth);
      at = end + 1;
    } else {
      const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(template.slice(dollar + 1, dollar + 256))?.[0];
      if (name === undefined) invalid(`has a $ that doesn't begin a variable: ${excerpt(template, dollar)}`);
      text += plain(name, expansion);
      at = dollar + 1 + name.length;
    }
    bounded(text);
  }
  return text;
}

function bounded(text: string): string {
  if (text.length > maxLength) invalid(`grows beyond ${maxLength / 1024} KiB`);
  return text;
}

function closingBrace(template: string, open: number): number {
  let depth = 0;
  for (let at = open; at < template.length; at++) {
    if (template[at] === "{") depth += 1;
    if (template[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return invalid(`has a \${ without a closing }: ${excerpt(template, open - 1)}`);
}

function plain(name: string, { lookup, uses }: Expansion): string {
  const value = lookup(name);
  uses.push({ name, hasDefault: false, isMissing: value === undefined });
  return value ?? "";
}

function braced(inside: string, expansion: Expansion, depth: number): string {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(inside);
  const [, name, operator, rest = ""] = match ?? [];
  if (name === undefined) return invalid(`has a \${…} that isn't a variable: \${${inside.slice(0, 40)}}`);
  if (operator === undefined) return plain(name, expansion);

  const { lookup, uses } = expansion;
  const value = lookup(name);
  const given = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const use = (hasDefault: boolean) => uses.push({ name, hasDefault, isMissing: value === undefined });
  const further = () => expand(rest, expansion, depth + 1);
  switch (operator.at(-1)) {
    case "-":
      use(true);
      return given ? (value ?? "") : further();
    case "+":
      use(true);
      return given ? further() : "";
    default:
      use(false);
      if (!given) throw new Stop({ type: "required", name, message: further() });
      return value ?? "";
  }
}

function excerpt(template: string, at: number): string {
  return template.slice(at, at + 20).split("\n")[0] ?? "";
}
