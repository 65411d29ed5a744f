import type { RefusedVariable, Visibility } from "../../../../views/settings/variable-list.tsx";
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
  readonly writeOnly: Readonly<Record<string, boolean>>;
}

/** One variable that is removed, changed or added. */
export function askedInForm(form: URLSearchParams, known: readonly VariableEntry[]): AskedVariables {
  const removed = form.get("unset");
  if (removed !== null) return { set: {}, unset: [removed], atBuild: {}, secret: {}, writeOnly: {} };

  const [atBuild, visibility] = [markIn(form), visibilityIn(form)];
  const value = form.get("value") ?? "";
  const changed = form.get("change");
  if (changed !== null) {
    // A secret's field is empty because nobody may read the value. For other variables, an empty field is an empty
    // value.
    const isKept = value === "" && form.get("shown") !== "yes";
    const set = isKept ? {} : { [changed]: value };
    return { set, unset: [], atBuild: { [changed]: atBuild }, ...marksOf(changed, visibility) };
  }
  const name = form.get("name") ?? "";
  const set = { [name]: value };
  const marks =
    visibility === null ? { secret: secrecyByDefault(known, set), writeOnly: {} } : marksOf(name, visibility);
  return { set, unset: [], atBuild: atBuild === null ? {} : { [name]: atBuild }, ...marks };
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
    visibility: visibilityIn(form),
    isShared: form.get("shared") === "yes",
    isChange: changed !== null,
  };
}

/**
 * Lists what saving would do, by name. For variables that were previewed before, a checkbox says whether they are
 * secret. A value that nobody may read is not compared, or a guess could be tried.
 */
export function pasteRows(
  form: URLSearchParams,
  values: ReadonlyMap<string, string>,
  known: readonly VariableEntry[],
  today: Readonly<Record<string, string>>,
): readonly PasteRow[] {
  const [asked, chosen] = [new Set(form.getAll("asked")), new Set(form.getAll("secret"))];
  const closed = new Set(known.flatMap(({ name, isWriteOnly }) => (isWriteOnly ? name : [])));
  const byDefault = secrecyByDefault(known, Object.fromEntries(values));
  return [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value,
      isSecret: asked.has(name) ? chosen.has(name) : (byDefault[name] ?? true),
      change: !Object.hasOwn(today, name)
        ? "new"
        : today[name] === value && !closed.has(name)
          ? "unchanged"
          : "changed",
    }));
}

function markIn(form: URLSearchParams): boolean | null {
  const choice = form.get("at-build");
  return choice === "yes" ? true : choice === "no" ? false : null;
}

function visibilityIn(form: URLSearchParams): Visibility | null {
  const choice = form.get("visibility");
  return choice === "secret" || choice === "write-only" || choice === "plain" ? choice : null;
}

function marksOf(name: string, visibility: Visibility | null): Pick<AskedVariables, "secret" | "writeOnly"> {
  if (visibility === null) return { secret: {}, writeOnly: {} };
  return visibility === "plain"
    ? { secret: { [name]: false }, writeOnly: {} }
    : { secret: { [name]: true }, writeOnly: { [name]: visibility === "write-only" } };
}
