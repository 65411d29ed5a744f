import { VariablesPage, type VariablesProps } from "../../../../views/settings/variables-page.tsx";
import { routes } from "../../../routes.ts";
import { readPastedVariables } from "../../../rules/settings/pasted-variables.ts";
import { namesIn } from "../../../rules/settings/variable-changes.ts";
import { counted } from "../../../rules/wording/duration-text.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "../product/product-head.ts";
import { askedInForm, faultIn, pasteRows, refusedForm } from "./variable-forms.ts";

/** Variables of an installation: their names, the values that are not secret, and what is not live yet. */
export function createProductVariablesPages(needs: PageNeeds) {
  const { endpoints } = needs;

  return endpoints
    .router()
    .on(routes.productVariables.get, async (c) => c.html(await variablesPage(c, needs, await placeOf(c, needs), {})))

    .on(routes.productVariables.post, async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      return form.has("file") ? paste(c, needs, place, form) : save(c, needs, place, form);
    });
}

async function save(c: WebContext, needs: PageNeeds, place: InstallationRef, form: URLSearchParams): Promise<Response> {
  const known = await needs.store.installations.variableEntries(place.installation.id);
  const asked = askedInForm(form, known);
  const error = faultIn(asked, known);
  if (error !== null) return c.html(await variablesPage(c, needs, place, { refused: refusedForm(form, error) }), 400);
  noteDetail(c, namesIn(asked).join(", "));
  const isShared = (name: string) => known.some((entry) => entry.name === name && entry.isShared);
  const isForAll = form.has("name") ? form.get("shared") === "yes" : namesIn(asked).every(isShared);
  const owner = isForAll ? { product: place.product.id } : { installation: place.installation.id };
  await needs.commands.setVariables(owner, asked);
  return saved(c, place, asked.unset.length > 0 ? { done: "removed" } : { done: "saved" });
}

/** Shows a pasted file first. Once it is confirmed, what is valid is saved, and the other lines stay in the box. */
async function paste(
  c: WebContext,
  needs: PageNeeds,
  place: InstallationRef,
  form: URLSearchParams,
): Promise<Response> {
  const { id } = place.installation;
  const text = form.get("file") ?? "";
  const { values, faults } = readPastedVariables(text);
  const sentences = faults.map(({ sentence }) => sentence);
  if (values.size === 0 && faults.length === 0) sentences.push("It contains no line like NAME=value.");
  const status = sentences.length > 0 ? 400 : 200;
  const [known, today] = await Promise.all([
    needs.store.installations.variableEntries(id),
    needs.store.installations.variables(id),
  ]);
  const rows = pasteRows(form, values, known, today);
  if (form.get("save") !== "yes" || rows.length === 0) {
    return c.html(await variablesPage(c, needs, place, { paste: { text, faults: sentences, rows } }), status);
  }
  noteDetail(c, [...values.keys()].join(", "));
  const secret = Object.fromEntries(rows.map(({ name, isSecret }) => [name, isSecret]));
  await needs.commands.setVariables({ installation: id }, { set: Object.fromEntries(values), secret });
  if (faults.length === 0) return saved(c, place, { done: "saved", count: String(values.size) });
  const left = { text: faults.map((fault) => fault.text).join("\n"), faults: sentences, rows: [] };
  return c.html(await variablesPage(c, needs, place, { paste: left, notice: savedText(values.size) }), status);
}

function saved(c: WebContext, place: InstallationRef, query: Readonly<Record<string, string>>): Response {
  return c.redirect(inPlace(routes.productVariables(place.product.slug), place, query), 303);
}

async function variablesPage(
  c: WebContext,
  needs: PageNeeds,
  place: InstallationRef,
  form: Partial<Pick<VariablesProps, "paste" | "refused">> & { readonly notice?: string },
) {
  const { head, pending } = await productFacts(needs, place, c.req.raw.signal);
  const entries = await needs.store.installations.variableEntries(place.installation.id);
  const title = `Variables of ${place.product.slug}`;
  const { paste = null, refused = null } = form;
  return VariablesPage({
    frame: frameOf(c, needs, { title, section: "products", mood: head.mood }),
    head,
    variables: {
      variables: entries.map((entry) => ({ ...entry, isPending: pending.variables.names.includes(entry.name) })),
      paste,
      refused,
    },
    notice: form.notice ?? noticeOf(c.req.query("done"), c.req.query("count")),
    stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
  });
}

function savedText(count: number): string {
  return `Saved ${counted(count, "variable")}. ${count === 1 ? "It applies" : "They apply"} on the next deployment.`;
}

function noticeOf(done: string | undefined, count: string | undefined): string | null {
  if (done === "removed") return "Removed; takes effect on the next deployment.";
  return done === "saved" ? savedText(Number.parseInt(count ?? "", 10) || 1) : null;
}
