import type { VariableRow } from "../../../../views/settings/variable-list.tsx";
import type { VariablesProps } from "../../../../views/settings/variables-page.tsx";
import { capital } from "../../../../views/text/capital.ts";
import { holderOf, type VariableOwner } from "../../../commands/settings/set-variables.ts";
import type { EnvironmentId, InstallationId } from "../../../model/names/ids.ts";
import type { VariableEntry } from "../../../model/values/variable.ts";
import { readPastedVariables } from "../../../rules/settings/pasted-variables.ts";
import { variableChangeText } from "../../../rules/settings/variable-changes.ts";
import { counted } from "../../../rules/wording/duration-text.ts";
import { whyVisitorMayNotRefer } from "../../access/may-refer.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { PageNeeds } from "../page.ts";
import { type AskedVariables, askedInForm, faultIn, pasteRows, refusedForm } from "./variable-forms.ts";

/** What a page of variables shows besides the variables themselves. */
export interface VariablesState extends Partial<Pick<VariablesProps, "paste" | "refused">> {
  readonly notice?: string;
  /** One variable whose value is shown although it is secret. */
  readonly revealed?: { readonly name: string; readonly value: string };
}

/** The variables that a page is about. */
export interface VariablesSubject {
  readonly owner: { readonly installation: InstallationId } | { readonly environment: EnvironmentId };
  /** The slug of the product that gets the values; null when all products in an environment do. */
  readonly product: string | null;
  /** Whose variable a change of one variable is about. */
  ownerOf(asked: AskedVariables, form: URLSearchParams, known: readonly VariableEntry[]): VariableOwner;
  entries(): Promise<readonly VariableEntry[]>;
  /** All values as they were entered. They are compared, and not shown. */
  values(): Promise<Readonly<Record<string, string>>>;
  page(state: VariablesState): Promise<string>;
  address(query: Readonly<Record<string, string>>): string;
}

/** Answers a form of the page: a pasted file, or a change of one variable. */
export async function answerVariablesForm(
  c: WebContext,
  needs: PageNeeds,
  subject: VariablesSubject,
): Promise<Response> {
  const form = await readForm(c);
  return form.has("file") ? paste(c, needs, subject, form) : save(c, needs, subject, form);
}

/** Answers with the page and the value of one secret on it. */
export async function answerReveal(c: WebContext, needs: PageNeeds, subject: VariablesSubject): Promise<Response> {
  const name = (await readForm(c)).get("reveal") ?? "";
  noteDetail(c, name);
  const outcome = await needs.commands.revealVariable(subject.owner, name);
  if (outcome.type === "refused") throw problemOf(outcome);
  return c.html(await subject.page({ revealed: { name, value: outcome.value } }));
}

async function save(
  c: WebContext,
  needs: PageNeeds,
  subject: VariablesSubject,
  form: URLSearchParams,
): Promise<Response> {
  const known = await subject.entries();
  const asked = askedInForm(form, known);
  const refuse = async (error: string) => c.html(await subject.page({ refused: refusedForm(form, error) }), 400);
  const error = faultIn(asked, known);
  if (error !== null) return refuse(error);
  const forbidden = await whyVisitorMayNotRefer(c, needs.store, asked.set, subject.product);
  if (forbidden !== null) return refuse(`${capital(forbidden)}.`);
  const owner = subject.ownerOf(asked, form, known);
  noteDetail(c, variableChangeText(known, asked, holderOf(owner)));
  const outcome = await needs.commands.setVariables(owner, asked);
  if (outcome.type === "refused") {
    // A removal has no form to show it in.
    if (asked.unset.length > 0) throw problemOf(outcome);
    return refuse(`${capital(outcome.message)}.`);
  }
  return c.redirect(subject.address(asked.unset.length > 0 ? { done: "removed" } : { done: "saved" }), 303);
}

/** Shows a pasted file first. Once it is confirmed, what is valid is saved, and the other lines stay in the box. */
async function paste(
  c: WebContext,
  needs: PageNeeds,
  subject: VariablesSubject,
  form: URLSearchParams,
): Promise<Response> {
  const text = form.get("file") ?? "";
  const { values, faults, repeats } = readPastedVariables(text);
  const sentences = faults.map(({ sentence }) => sentence);
  if (values.size === 0 && faults.length === 0) sentences.push("It contains no line like NAME=value.");
  const status = sentences.length > 0 ? 400 : 200;
  const known = await subject.entries();
  const rows = pasteRows(form, values, known, await subject.values());
  if (form.get("save") !== "yes" || rows.length === 0) {
    return c.html(await subject.page({ paste: { text, faults: sentences, repeats, rows } }), status);
  }
  const secret = Object.fromEntries(rows.map(({ name, isSecret }) => [name, isSecret]));
  const set = Object.fromEntries(values);
  const asked = { set, secret, unset: [], atBuild: {}, writeOnly: {} };
  noteDetail(c, variableChangeText(known, asked, holderOf(subject.owner)));
  const forbidden = await whyVisitorMayNotRefer(c, needs.store, set, subject.product);
  const outcome = forbidden === null ? await needs.commands.setVariables(subject.owner, { set, secret }) : null;
  if (outcome?.type !== "changed") {
    const refusal = [`${capital(outcome?.message ?? forbidden ?? "")}.`, ...sentences];
    return c.html(await subject.page({ paste: { text, faults: refusal, repeats, rows } }), 400);
  }
  if (faults.length === 0) return c.redirect(subject.address({ done: "saved", count: String(values.size) }), 303);
  const left = { text: faults.map((fault) => fault.text).join("\n"), faults: sentences, repeats: [], rows: [] };
  return c.html(await subject.page({ paste: left, notice: savedText(values.size) }), status);
}

/** The props of the page, but for which variables are not live yet. */
export function variablesProps(
  entries: readonly VariableEntry[],
  { paste = null, refused = null, revealed }: VariablesState,
  pending: readonly string[],
): VariablesProps {
  const rows = entries.map(
    (entry): VariableRow => ({
      ...entry,
      isPending: pending.includes(entry.name),
      revealed: revealed?.name === entry.name ? revealed.value : null,
    }),
  );
  return { variables: rows, paste, refused };
}

/** What the page says about the change that led to it. */
export function noticeOf(c: WebContext): string | null {
  const done = c.req.query("done");
  if (done === "removed") return "Removed; takes effect on the next deployment.";
  return done === "saved" ? savedText(Number.parseInt(c.req.query("count") ?? "", 10) || 1) : null;
}

function savedText(count: number): string {
  return `Saved ${counted(count, "variable")}. ${count === 1 ? "It applies" : "They apply"} on the next deployment.`;
}
