import { referencesIn } from "../../model/values/reference.ts";
import type { RefuseVariables } from "../../model/values/variable-scope.ts";
import { resolveVariables } from "./resolve-variables.ts";

/** The change of variables that is checked. */
interface Change {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/**
 * Refuses a change that sets a value whose references cannot be resolved, or that unsets what another variable of the
 * same installation refers to. Older faults elsewhere refuse nothing; the next deployment names them.
 */
export function refuseBrokenReferences({ set, unset }: Change): RefuseVariables {
  return (scopes) => {
    for (const scope of scopes) {
      for (const { name, missing, sentence } of resolveVariables(scope).faults) {
        if (Object.hasOwn(set, name) || (missing !== null && unset.includes(missing))) return sentence;
      }
    }
    return null;
  };
}

/**
 * Why somebody may not set these values: to refer to another product's variable is to read it. A sentence without its
 * full stop; null if they may. `mayRead` says whether they may change the variables of the product with this slug.
 */
export function whyMayNotRefer(
  set: Readonly<Record<string, string>>,
  own: string | null,
  mayRead: (product: string) => boolean,
): string | null {
  for (const [name, value] of Object.entries(set)) {
    for (const { text, other } of referencesIn(value)) {
      if (other === null || other.product === own || mayRead(other.product)) continue;
      return `${name} refers to ${text}, and you don't have the right to change the variables of ${other.product}`;
    }
  }
  return null;
}
