import { VariablesPage } from "../../../../views/settings/variables-page.tsx";
import { routes } from "../../../routes.ts";
import { namesIn } from "../../../rules/settings/variable-changes.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "../product/product-head.ts";
import {
  answerReveal,
  answerVariablesForm,
  noticeOf,
  type VariablesState,
  type VariablesSubject,
  variablesProps,
} from "./variable-actions.ts";

/** Variables of an installation: their names, the values that are not secret, and what is not live yet. */
export function createProductVariablesPages(needs: PageNeeds) {
  const { endpoints } = needs;
  const subject = async (c: WebContext) => subjectOf(c, needs, await placeOf(c, needs));

  return endpoints
    .router()
    .on(routes.productVariables.get, async (c) => c.html(await (await subject(c)).page({})))
    .on(routes.productVariables.post, async (c) => answerVariablesForm(c, needs, await subject(c)))
    .on(routes.productVariableReveal.post, async (c) => answerReveal(c, needs, await subject(c)));
}

function subjectOf(c: WebContext, needs: PageNeeds, place: InstallationRef): VariablesSubject {
  const { installation, product } = place;
  const { installations } = needs.store;
  return {
    owner: { installation: installation.id },
    product: product.slug,
    ownerOf(asked, form, known) {
      const isOfProduct = (name: string) => known.some((entry) => entry.name === name && entry.from === "product");
      const isForAll = form.has("name") ? form.get("shared") === "yes" : namesIn(asked).every(isOfProduct);
      return isForAll ? { product: product.id } : { installation: installation.id };
    },
    entries: () => installations.variableEntries(installation.id),
    values: () => installations.variables(installation.id),
    page: (state) => variablesPage(c, needs, place, state),
    address: (query) => inPlace(routes.productVariables(product.slug), place, query),
  };
}

async function variablesPage(
  c: WebContext,
  needs: PageNeeds,
  place: InstallationRef,
  state: VariablesState,
): Promise<string> {
  const { head, pending } = await productFacts(needs, place, c.req.raw.signal);
  const entries = await needs.store.installations.variableEntries(place.installation.id);
  const title = `Variables of ${place.product.slug}`;
  const page = VariablesPage({
    frame: frameOf(c, needs, { title, section: "products", mood: head.mood, product: place.product }),
    head,
    variables: variablesProps(entries, state, pending.variables.names),
    notice: state.notice ?? noticeOf(c),
    stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
  });
  return String(page);
}
