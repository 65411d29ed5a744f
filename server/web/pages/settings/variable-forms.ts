import type { RefusedVariable } from "../../../../views/settings/variables-page.tsx";
import type { PasteRow } from "../../../../views/settings/variables-paste-card.tsx";
import { capital } from "../../../../views/text/capital.ts";
import type { VariableEntry } from "../../../model/values/variable.ts";
import { namesIn, secrecyByDefault, secrecyFault } from "../../../rules/settings/variable-changes.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { variableChangesSchema, variableName } from "../../api/schemas/products/variables.ts";

/** The changes that a form requests. */
export interface AskedVariables {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly atBuild: Readonly<Record<string, boolean | null>>;
  readonly secret: Readonly<Record<string, boolean>>;
}

/** One variable that is removed, changed or added. */
export function askedInForm(form: URLSearchParams, known: readonly VariableEntry[]): AskedVariables {
  const removed = form.get("unset");
  if (removed !== null) return { set: {}, unset: [removed], atBuild: {}, secret: {} };

  const [atBuild, isSecret] = [markIn(form), secrecyIn(form)];
  const value = form.get("value") ?? "";
  const changed = form.get("change");
  if (changed !== null) {
    // A secret's field is empty because nobody may read the value. For other variables, an empty field is an empty
    // value.
    const isKept = value === "" && form.get("shown") !== "yes";
    const secret = isSecret === null ? {} : { [changed]: isSecret };
    return { set: isKept ? {} : { [changed]: value }, unset: [], atBuild: { [changed]: atBuild }, secret };
  }
  const name = form.get("name") ?? "";
  const set = { [name]: value };
  const secret = isSecret === null ? secrecyByDefault(known, set) : { [name]: isSecret };
  return { set, unset: [], atBuild: atBuild === null ? {} : { [name]: atBuild }, secret };
}

/** Checks the changes by the API's rules; null if they are valid. */
export function faultIn(asked: AskedVariables, known: readonly VariableEntry[]): string | null {
  const results = [
    ...namesIn(asked).map((name) => variableName.safeParse(name)),
    variableChangesSchema.safeParse(asked),
  ];
  const error = results.find(({ success }) => !success)?.error;
  const fault = error ? faultSentence(error) : secrecyFault(known, asked);
  return fault === null ? null : `${capital(fault)}.`;
}

/** The form with its typed values, so that nobody has to type them again. */
export function refusedForm(form: URLSearchParams, error: string): RefusedVariable {
  const changed = form.get("change");
  return {
    error,
    name: changed ?? form.get("name") ?? "",
    value: form.get("value") ?? "",
    atBuild: markIn(form),
    isSecret: secrecyIn(form),
    isShared: form.get("shared") === "yes",
    isChange: changed !== null,
  };
}

/**
 * Lists what saving would do, by name. For variables that were previewed before, a checkbox says whether they are
 * secret.
 */
export function pasteRows(
  form: URLSearchParams,
  values: ReadonlyMap<string, string>,
  known: readonly VariableEntry[],
  today: Readonly<Record<string, string>>,
): readonly PasteRow[] {
  const [asked, chosen] = [new Set(form.getAll("asked")), new Set(form.getAll("secret"))];
  const byDefault = secrecyByDefault(known, Object.fromEntries(values));
  return [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value,
      isSecret: asked.has(name) ? chosen.has(name) : (byDefault[name] ?? true),
      change: !Object.hasOwn(today, name) ? "new" : today[name] === value ? "unchanged" : "changed",
    }));
}

function markIn(form: URLSearchParams): boolean | null {
  const choice = form.get("at-build");
  return choice === "yes" ? true : choice === "no" ? false : null;
}

function secrecyIn(form: URLSearchParams): boolean | null {
  const choice = form.get("visibility");
  return choice === "secret" ? true : choice === "plain" ? false : null;
}
