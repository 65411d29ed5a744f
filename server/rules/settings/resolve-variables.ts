// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import type { SpecVariables } from "../../model/deployment/spec.ts";
import { partsOf, type Reference } from "../../model/values/reference.ts";
import { variableValueFault } from "../../model/values/variable.ts";
import type { ScopedVariable, VariableScope } from "../../model/values/variable-scope.ts";

/** Variables as a deployment gets them. */
export interface ResolvedVariables {
  /** One whose references cannot be resolved keeps the value as it was entered. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of those that neither are secret nor contain a secret. */
  readonly plain: readonly string[];
  /** The variables that say whether builds get them. */
  readonly marks: Readonly<Record<string, boolean>>;
  /** Secrets of other products that values contain, by `product.NAME`. No output may show them either. */
  readonly foreignSecrets: Readonly<Record<string, string>>;
  readonly faults: readonly ReferenceFault[];
}

export interface ReferenceFault {
  /** The variable whose value cannot be resolved. */
  readonly name: string;
  /** The variable that it needs and that is not set; null for other faults. */
  readonly missing: string | null;
  /** Without a full stop. Names only, never values. */
  readonly sentence: string;
}

export function resolveVariables(scope: VariableScope): ResolvedVariables {
  const own = scope.products.get(scope.product) ?? new Map<string, ScopedVariable>();
  const resolver = createResolver(scope);
  const faults: ReferenceFault[] = [];
  const variables: Record<string, string> = {};
  const plain: string[] = [];
  for (const [name, { value }] of own) {
    const found = resolver.resolve({ product: scope.product, name }, []);
    if ("sentence" in found) faults.push({ ...found, name });
    variables[name] = "sentence" in found ? value : found.text;
    if (!("sentence" in found) && !found.isSecret) plain.push(name);
  }
  const marks = [...own].flatMap(([name, { atBuild }]) => (atBuild === null ? [] : [[name, atBuild] as const]));
  return { variables, plain, marks: Object.fromEntries(marks), foreignSecrets: resolver.foreignSecrets, faults };
}

/** The fields of a deployment's spec that say the same. */
export function specVariablesOf({ variables, plain, foreignSecrets }: ResolvedVariables): SpecVariables {
  return {
    variables,
    plainVariables: plain,
    ...(Object.keys(foreignSecrets).length > 0 && { foreignSecrets }),
  };
}

interface Place {
  readonly product: string;
  readonly name: string;
}

type Found =
  | { readonly text: string; readonly isSecret: boolean }
  | { readonly sentence: string; readonly missing: string | null };

function createResolver(scope: VariableScope) {
  const known = new Map<string, Found>();
  const foreignSecrets: Record<string, string> = {};
  const isOwn = ({ product }: Place) => product === scope.product;
  const nameOf = (place: Place) => (isOwn(place) ? place.name : `${place.product}.${place.name}`);

  /** `path` holds the variables on the way here, so that one that refers to itself is found. */
  function resolve(place: Place, path: readonly string[]): Found {
    const key = nameOf(place);
    if (path.includes(key)) {
      const circle = [...path.slice(path.indexOf(key)), key].join(" → ");
      const what = key === path[0] ? key : `${path[0]} refers to ${key}, which`;
      return { sentence: `${what} refers to itself: ${circle}`, missing: null };
    }
    const before = known.get(key);
    if (before) return before;
    const found = expand(place, [...path, key]);
    // What is part of a circle is worded anew for each variable in it.
    if (!("sentence" in found)) known.set(key, found);
    return found;
  }

  function expand(place: Place, path: readonly string[]): Found {
    const variable = scope.products.get(place.product)?.get(place.name);
    if (!variable) throw new Error(`${nameOf(place)} is resolved although it is not set`);
    if (!variable.refers) return noted(place, { text: variable.value, isSecret: variable.isSecret });
    let text = "";
    let isSecret = variable.isSecret;
    for (const part of partsOf(variable.value)) {
      const found = typeof part === "string" ? { text: part, isSecret: false } : partOf(part, place, path);
      if ("sentence" in found) return found;
      text += found.text;
      isSecret ||= found.isSecret;
      if (variableValueFault(text) !== null) {
        return { sentence: `${path[0]} is longer than 32,768 characters with what it refers to`, missing: null };
      }
    }
    return noted(place, { text, isSecret });
  }

  function partOf(
    part: Exclude<ReturnType<typeof partsOf>[number], string>,
    at: Place,
    path: readonly string[],
  ): Found {
    if (!("text" in part)) return noReference(path[0], part.excerpt);
    const target = targetOf(part, at);
    const refers = `${path.at(-1) === path[0] ? path[0] : `${path[0]} refers to ${path.at(-1)}, which`} refers to ${part.text}`;
    const variables = scope.products.get(target.product);
    if (!variables) {
      return {
        sentence: `${refers}, but there is no product "${target.product}" in ${scope.environment}`,
        missing: null,
      };
    }
    if (!variables.has(target.name)) return { sentence: `${refers}, which is not set`, missing: nameOf(target) };
    return resolve(target, path);
  }

  /** A name with a dot may be one of the product's own variables, such as `spring.datasource.url`. */
  function targetOf({ text, other }: Reference, { product }: Place): Place {
    return other === null || scope.products.get(product)?.has(text) ? { product, name: text } : other;
  }

  function noted(place: Place, found: Extract<Found, { readonly text: string }>): Found {
    if (!isOwn(place) && found.isSecret) foreignSecrets[nameOf(place)] = found.text;
    return found;
  }

  return { resolve, foreignSecrets };
}

function noReference(name: string | undefined, excerpt: string): Found {
  const rule = "write ${{ NAME }} or ${{ product.NAME }}, or $${{ for the text itself";
  return { sentence: `${name} contains "${excerpt}", which is no reference: ${rule}`, missing: null };
}
