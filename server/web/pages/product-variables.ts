import { Hono } from "hono";
import { capital } from "../../../views/capital.ts";
import { type RefusedVariable, VariablesPage, type VariablesProps } from "../../../views/variables-page.tsx";
import { routes } from "../../routes.ts";
import { counted } from "../../rules/duration-text.ts";
import { readPastedVariables } from "../../rules/pasted-variables.ts";
import { sentenceOf } from "../api/route-parts.ts";
import { variableChangesSchema, variableName } from "../api/schemas.ts";
import { noteDetail } from "../audit.ts";
import type { Place } from "../catalog.ts";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../needs.ts";
import { readPendingVariables } from "../pending-variables.ts";
import { digestOf } from "./digest.ts";
import { frameOf, type PageNeeds } from "./page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "./product-head.ts";

/** What a form asks for. */
interface Asked {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly atBuild: Readonly<Record<string, boolean | null>>;
}

/** Variables of an installation: names, whether builds get them, and what is not live yet. */
export function createProductVariablesPages(needs: PageNeeds) {
  const { auth, store } = needs;

  return new Hono<WebEnv>()
    .get(routes.productVariables(":slug"), auth.allow("member"), async (c) =>
      c.html(await variablesPage(c, await placeOf(c, needs), {})),
    )

    .post(routes.productVariables(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      const file = form.get("file");
      if (file !== null) return paste(c, place, file, form.get("save") === "yes");
      const { set, unset, atBuild } = changesIn(form);
      const error = faultIn({ set, unset, atBuild });
      if (error !== null) return c.html(await variablesPage(c, place, { refused: refusedForm(form, error) }), 400);
      noteDetail(c, [...Object.keys(set), ...unset, ...Object.keys(atBuild)].filter(isFirst).join(", "));
      await change(place, { set, unset, atBuild }, form.get("shared") === "yes");
      return saved(c, place, unset.length > 0 ? { done: "removed" } : { done: "saved" });
    });

  /** Looked at first; then what can be set is set, and the lines that cannot stay in the box. */
  async function paste(c: WebContext, place: Place, text: string, isSaved: boolean) {
    const { values, faults } = readPastedVariables(text);
    const sentences = faults.map(({ sentence }) => sentence);
    if (values.size === 0 && faults.length === 0) sentences.push("There is no line of NAME=value in it.");
    const status = sentences.length > 0 ? 400 : 200;
    if (!isSaved || values.size === 0) {
      const now = new Map(Object.entries(await store.installations.variables(place.installation.id)));
      const names = [...values.keys()].sort();
      const known = names.filter((name) => now.has(name));
      const view = {
        text,
        faults: sentences,
        added: names.filter((name) => !now.has(name)),
        changed: known.filter((name) => now.get(name) !== values.get(name)),
        unchanged: known.filter((name) => now.get(name) === values.get(name)),
      };
      return c.html(await variablesPage(c, place, { paste: view }), status);
    }
    noteDetail(c, [...values.keys()].join(", "));
    await change(place, { set: Object.fromEntries(values), unset: [], atBuild: {} }, false);
    if (faults.length === 0) return saved(c, place, { done: "saved", count: String(values.size) });
    const left = { text: faults.map((fault) => fault.text).join("\n"), faults: sentences };
    const view = { ...left, added: [], changed: [], unchanged: [] };
    return c.html(await variablesPage(c, place, { paste: view, notice: savedText(values.size) }), status);
  }

  function saved(c: WebContext, place: Place, query: Readonly<Record<string, string>>) {
    return c.redirect(inPlace(routes.productVariables(place.product.slug), place, query), 303);
  }

  async function variablesPage(
    c: WebContext,
    place: Place,
    form: Partial<Pick<VariablesProps, "paste" | "refused">> & { readonly notice?: string },
  ) {
    const { head, live } = await productFacts(needs, place, c.req.raw.signal);
    const [names, marks, shared, pending] = await Promise.all([
      store.installations.variableNames(place.installation.id),
      store.installations.buildMarks(place.installation.id),
      store.products.variableNames(place.product.id),
      readPendingVariables(store, place.installation, live?.deployment ?? null),
    ]);
    const title = `Variables of ${place.product.slug}`;
    const row = (name: string) => ({
      name,
      atBuild: marks[name] ?? null,
      isShared: shared.includes(name),
      isPending: pending.names.includes(name),
    });
    const { paste = null, refused = null } = form;
    return VariablesPage({
      frame: frameOf(c, needs, { title, section: "products", mood: head.mood }),
      head,
      variables: { variables: names.map(row), pending, paste, refused },
      notice: form.notice ?? noticeOf(c.req.query("done"), c.req.query("count")),
      stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
    });
  }

  /** What all environments share is changed there, unless the installation has one of its own. */
  async function change({ product, installation }: Place, asked: Asked, isForAll: boolean): Promise<void> {
    const { set, unset, atBuild } = asked;
    if (isForAll) return store.products.changeVariables(product.id, set, unset, { atBuild });
    await store.installations.changeVariables(installation.id, set, unset, { atBuild });
    const shared = await store.products.variableNames(product.id);
    const meant = unset.filter((name) => shared.includes(name));
    if (meant.length > 0) await store.products.changeVariables(product.id, {}, meant);
  }
}

function changesIn(form: URLSearchParams): Asked {
  const removed = form.get("unset");
  if (removed !== null) return { set: {}, unset: [removed], atBuild: {} };

  const mark = markIn(form);
  const value = form.get("value") ?? "";
  const changed = form.get("change");
  if (changed !== null) {
    return { set: value === "" ? {} : { [changed]: value }, unset: [], atBuild: { [changed]: mark } };
  }
  const name = form.get("name") ?? "";
  return { set: { [name]: value }, unset: [], atBuild: mark === null ? {} : { [name]: mark } };
}

function markIn(form: URLSearchParams): boolean | null {
  const choice = form.get("at-build");
  return choice === "yes" ? true : choice === "no" ? false : null;
}

/** By the same rules as the API's; null: it can be done. */
function faultIn(asked: Asked): string | null {
  const names = [...Object.keys(asked.set), ...asked.unset, ...Object.keys(asked.atBuild)];
  for (const result of [...names.map((name) => variableName.safeParse(name)), variableChangesSchema.safeParse(asked)]) {
    if (!result.success) return `${capital(sentenceOf(result.error))}.`;
  }
  return null;
}

/** The form as it was typed: nobody types it again. */
function refusedForm(form: URLSearchParams, error: string): RefusedVariable {
  const changed = form.get("change");
  const name = changed ?? form.get("name") ?? "";
  const isShared = form.get("shared") === "yes";
  return { error, name, value: form.get("value") ?? "", atBuild: markIn(form), isShared, isChange: changed !== null };
}

function savedText(count: number): string {
  return `Saved ${counted(count, "variable")}. ${count === 1 ? "It applies" : "They apply"} on the next deployment.`;
}

function noticeOf(done: string | undefined, count: string | undefined): string | null {
  if (done === "removed") return "Removed; takes effect on the next deployment.";
  return done === "saved" ? savedText(Number.parseInt(count ?? "", 10) || 1) : null;
}

function isFirst(name: string, index: number, names: readonly string[]): boolean {
  return names.indexOf(name) === index;
}
