import { Hono } from "hono";
import { VariablesPage } from "../../../views/variables-page.tsx";
import { routes } from "../../routes.ts";
import { readPastedVariables } from "../../rules/pasted-variables.ts";
import { sentenceOf } from "../api/route-parts.ts";
import { variableChangesSchema, variableName } from "../api/schemas.ts";
import { noteDetail } from "../audit.ts";
import type { Place } from "../catalog.ts";
import { readForm } from "../form.ts";
import type { WebEnv } from "../needs.ts";
import { readPendingVariables } from "../pending-variables.ts";
import { Problem } from "../problem.ts";
import { digestOf } from "./digest.ts";
import { frameOf, type PageNeeds } from "./page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "./product-head.ts";

const notices: Readonly<Record<string, string>> = {
  saved: "Saved. The next deployment gets it.",
  removed: "Removed. The next deployment goes without it.",
};

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
    .get(routes.productVariables(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c, needs);
      const { head, live } = await productFacts(needs, place, c.req.raw.signal);
      const [names, marks, shared, pending] = await Promise.all([
        store.installations.variableNames(place.installation.id),
        store.installations.buildMarks(place.installation.id),
        store.products.variableNames(place.product.id),
        readPendingVariables(store, place.installation, live?.deployment ?? null),
      ]);
      const title = `Variables of ${place.product.slug}`;
      return c.html(
        VariablesPage({
          frame: frameOf(c, needs, { title, section: "products", mood: head.mood }),
          head,
          variables: {
            variables: names.map((name) => ({
              name,
              atBuild: marks[name] ?? null,
              isShared: shared.includes(name),
              isPending: pending.names.includes(name),
            })),
            pending,
          },
          notice: notices[c.req.query("done") ?? ""] ?? null,
          stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
        }),
      );
    })

    .post(routes.productVariables(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      const { set, unset, atBuild } = checked(changesIn(form));
      noteDetail(c, [...Object.keys(set), ...unset, ...Object.keys(atBuild)].filter(isFirst).join(", "));
      await change(place, { set, unset, atBuild }, form.get("shared") === "yes");
      const done = unset.length > 0 ? "removed" : "saved";
      return c.redirect(inPlace(routes.productVariables(place.product.slug), place, { done }), 303);
    });

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
  const file = form.get("file");
  if (file !== null) {
    const { values, faults } = readPastedVariables(file);
    if (faults.length > 0) throw new Problem(400, "invalid", faults.map(({ sentence }) => sentence).join(" "));
    if (values.size === 0) throw new Problem(400, "invalid", "there is no line of NAME=value in it");
    return { set: Object.fromEntries(values), unset: [], atBuild: {} };
  }
  const removed = form.get("unset");
  if (removed !== null) return { set: {}, unset: [removed], atBuild: {} };

  const choice = form.get("at-build");
  const mark = choice === "yes" ? true : choice === "no" ? false : null;
  const value = form.get("value") ?? "";
  const changed = form.get("change");
  if (changed !== null) {
    return { set: value === "" ? {} : { [changed]: value }, unset: [], atBuild: { [changed]: mark } };
  }
  const name = form.get("name") ?? "";
  return { set: { [name]: value }, unset: [], atBuild: mark === null ? {} : { [name]: mark } };
}

/** By the same rules as the API's. */
function checked(asked: Asked): Asked {
  const names = [...Object.keys(asked.set), ...asked.unset, ...Object.keys(asked.atBuild)];
  for (const result of [...names.map((name) => variableName.safeParse(name)), variableChangesSchema.safeParse(asked)]) {
    if (!result.success) throw new Problem(400, "invalid", sentenceOf(result.error));
  }
  return asked;
}

function isFirst(name: string, index: number, names: readonly string[]): boolean {
  return names.indexOf(name) === index;
}
