import { RepositoryPage } from "../../../../views/repository/repository-page.tsx";
import type { Product } from "../../../model/product.ts";
import type { ProductChanges } from "../../../ports/store/products.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { readForm } from "../../http/form.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { productFacts, productStreamUrl } from "../product/product-head.ts";
import { repositoryChanges, tokenIn, typedAgain } from "./repository-form.ts";
import { repositoryView } from "./repository-view.ts";

/** The notices that a redirect may ask for. Anything else in the URL shows nothing. */
const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  created: "Connected. Add the webhook below, or check now.",
  deployed: "A new version was found and queued.",
  duplicate: "Nothing new on this branch.",
  ignored: "Nothing was deployed; see Deliveries for the reason.",
};

/** Shows a product's repository: where it is, how Baton hears of pushes, and the deliveries. */
export function createRepositoryPages(needs: PageNeeds) {
  const { endpoints, commands, catalog } = needs;
  const productOf = (c: WebContext) => catalog.product(c.req.param("slug") ?? "");

  return (
    endpoints
      .router()
      .on(routes.productWebhooks.get, async (c) => show(c, needs, await productOf(c), {}))

      .on(routes.productRepository.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        const save = async () => change(c, needs, product, await repositoryChanges(needs, product, form));
        return orShowProblem(c, needs, product, save, form);
      })

      .on(routes.productToken.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        const save = async () => change(c, needs, product, { source: { token: tokenIn(form) } });
        return orShowProblem(c, needs, product, save);
      })

      .on(routes.productDeployKey.post, async (c) => {
        const product = await productOf(c);
        await commands.makeDeployKey(product);
        return back(c, product, "saved");
      })

      .on(routes.productHostKey.post, async (c) => change(c, needs, await productOf(c), { source: { hostKey: null } }))

      .on(routes.productReports.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        const has = (name: string) => form.has(name);
        const reports = { status: has("status"), deployment: has("deployment"), comment: has("comment") };
        return change(c, needs, product, { source: { reports } });
      })

      // Answers with the page itself, because a secret must not appear in a URL or on a second page.
      .on(routes.productWebhookSecret.post, async (c) => {
        const product = await productOf(c);
        return show(c, needs, product, { newSecret: await commands.makeWebhookSecret(product) });
      })

      .on(routes.productCheck.post, async (c) => {
        const product = await productOf(c);
        return orShowProblem(c, needs, product, async () => {
          const found = await commands.checkRepository(product, byText(visitorOf(c).identity), true, c.req.raw.signal);
          if ("code" in found) throw problemOf(found);
          const outcome = found.find((one) => one.outcome === "deployed")?.outcome ?? found[0]?.outcome ?? "ignored";
          return back(c, product, outcome);
        });
      })
  );
}

async function change(c: WebContext, { commands }: PageNeeds, product: Product, changes: ProductChanges) {
  const outcome = await commands.changeProduct(product, changes);
  if (outcome.type === "refused") throw problemOf(outcome);
  return back(c, product, "saved");
}

function back(c: WebContext, { slug }: Product, done: string): Response {
  return c.redirect(`${routes.productWebhooks(slug)}?done=${done}`, 303);
}

/** Shows a problem on the page itself; `typed` stays in the form of the repository. */
async function orShowProblem(
  c: WebContext,
  needs: PageNeeds,
  product: Product,
  act: () => Promise<Response>,
  typed: URLSearchParams | null = null,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return show(c, needs, product, { refused: { message: error.message, status: error.status, typed } });
  }
}

interface Shown {
  readonly newSecret?: string;
  /** `typed` is what stays in the form of the repository. Null when another form was refused. */
  readonly refused?: Pick<Problem, "message" | "status"> & { readonly typed: URLSearchParams | null };
}

async function show(c: WebContext, needs: PageNeeds, product: Product, { newSecret, refused }: Shown) {
  const place = await needs.catalog.placeIn(product, c.req.query("environment"));
  const { head } = await productFacts(needs, place, c.req.raw.signal);
  const before = /^\d{1,15}$/.exec(c.req.query("before") ?? "")?.[0];
  return c.html(
    RepositoryPage({
      frame: frameOf(c, needs, {
        title: `Repository of ${product.slug}`,
        section: "products",
        mood: head.mood,
        product,
      }),
      head,
      stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
      page: await repositoryView(needs, product, {
        newSecret: newSecret ?? null,
        before: before === undefined ? null : Number(before),
      }),
      notice: refused ? null : (notices[c.req.query("done") ?? ""] ?? null),
      problem: refused?.message ?? null,
      typed: refused?.typed ? typedAgain(refused.typed) : null,
    }),
    refused?.status ?? 200,
  );
}
