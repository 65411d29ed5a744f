import type { Field } from "../read/field.ts";
import type { Report } from "../read/report.ts";

/** What becomes of a key that the Compose Specification knows. A key without a verdict is refused. */
export type Verdict =
  /** It has a reader. */
  | { readonly type: "read" }
  /** It means nothing to a server, or asks for what Baton does anyway. */
  | { readonly type: "skipped" }
  /** Accepted; the log says what happens instead, as the rest of a sentence that begins with the key. */
  | { readonly type: "noted"; readonly note: string; readonly where?: (field: Field) => boolean }
  /** `unless` it has a value that asks for nothing. */
  | {
      readonly type: "refused";
      readonly why: string;
      readonly instead: string;
      readonly unless?: (field: Field) => boolean;
    };

export type Verdicts = Readonly<Record<string, Verdict>>;

export const read: Verdict = { type: "read" };
export const skipped: Verdict = { type: "skipped" };

/** `where`: it is worth a word only with such a value. */
export function noted(note: string, where?: (field: Field) => boolean): Verdict {
  return { type: "noted", note, ...(where && { where }) };
}

export function refused(why: string, instead: string, unless?: (field: Field) => boolean): Verdict {
  return { type: "refused", why, instead, ...(unless && { unless }) };
}

/** Says what there is to say of a key. */
export function judge(name: string, field: Field, verdicts: Verdicts, report: Report): void {
  if (name.startsWith("x-")) return;
  const verdict = Object.hasOwn(verdicts, name) ? verdicts[name] : undefined;
  switch (verdict?.type) {
    case undefined:
      report.problem(field.at, field.key, "is not supported", "Remove it.");
      return;
    case "noted":
      if (verdict.where?.(field) ?? true) report.note(field.key, verdict.note);
      return;
    case "refused":
      if (!verdict.unless?.(field)) report.problem(field.at, field.key, verdict.why, verdict.instead);
      return;
    case "read":
    case "skipped":
      return;
  }
}
