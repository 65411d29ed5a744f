import type { Field } from "../read/field.ts";
import type { Report } from "../read/report.ts";

/** A verdict says what Baton does with a key of the Compose Specification. A key without one is refused. */
export type Verdict =
  /** Some code reads the key. */
  | { readonly type: "read" }
  /** The key means nothing on a server, or asks for what Baton does anyway. */
  | { readonly type: "skipped" }
  /** The key is accepted. The log says what happens instead, in the rest of a sentence that begins with the key. */
  | { readonly type: "noted"; readonly note: string; readonly where?: (field: Field) => boolean }
  /** The key is refused, `unless` its value asks for nothing. */
  | {
      readonly type: "refused";
      readonly why: string;
      readonly instead: string;
      readonly unless?: (field: Field) => boolean;
    };

export type Verdicts = Readonly<Record<string, Verdict>>;

export const read: Verdict = { type: "read" };
export const skipped: Verdict = { type: "skipped" };

/** `where` limits the note to the values that it concerns. */
export function noted(note: string, where?: (field: Field) => boolean): Verdict {
  return { type: "noted", note, ...(where && { where }) };
}

export function refused(why: string, instead: string, unless?: (field: Field) => boolean): Verdict {
  return { type: "refused", why, instead, ...(unless && { unless }) };
}

/** Reports a key as its verdict demands. */
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
