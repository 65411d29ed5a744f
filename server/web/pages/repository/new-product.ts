import { Part } from "../../../../views/frame/live-region.tsx";
import { FirstPush, firstPushId, NewProductPage } from "../../../../views/repository/new-product-page.tsx";
import { type Product, parseSlug, type Slug, slugRule } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { freeSlug } from "../../../rules/products/free-slug.ts";
import { withoutCredentials } from "../../../rules/webhooks/repository-url.ts";
import { onlyVisible } from "../../access/visible.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { newProductSchema } from "../../api/schemas/products/products.ts";
import { noteProduct } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const emptyForm = { name: "", repository: "", branch: "" };
const labels: Readonly<Record<string, string>> = { name: "Name", repository: "Repository", branch: "Branch" };
const sampleSlug = "hello" as Slug;

/** Offers three ways to a first product: a push, a repository, or the sample app. */
export function createNewProductPages(needs: PageNeeds) {
  const { endpoints } = needs;

  return endpoints
    .router()
    .on(routes.newProduct.get, async (c) => c.html(await page(c, needs, {})))
    .on(routes.newProduct.post, async (c) => create(c, needs))
    .on(routes.newSample.post, async (c) => deploySample(c, needs))

    .on(routes.newProductStream.get, (c) => {
      const known = Math.trunc(Number(c.req.query("after"))) || 0;
      return answerWithSnapshots(c, needs, async () => {
        const product = await firstPushAfter(c, needs, known);
        const children = FirstPush({ product });
        const html = await Part({ target: firstPushId, how: "replace", children }).toString();
        return { digest: String(product?.deploymentId ?? 0), html };
      });
    });
}

async function deploySample(c: WebContext, needs: PageNeeds): Promise<Response> {
  const slug = parseSlug((await readForm(c)).get("name") ?? sampleSlug);
  if (!slug) return c.html(await page(c, needs, { sampleError: slugRule }), 400);
  noteProduct(c, slug);
  // Pressing the button twice must not create two products.
  const existing = await needs.store.products.bySlug(slug);
  if (existing) return c.redirect(await newestOf(needs.store, existing), 303);
  const asked = await needs.commands.deploySample(slug, byText(visitorOf(c).identity), c.req.raw.signal);
  if (asked.type === "refused") {
    return c.html(await page(c, needs, { sampleError: asked.message }), problemOf(asked).status);
  }
  return c.redirect(routes.deployment(asked.deployment.id), 303);
}

async function create(c: WebContext, needs: PageNeeds): Promise<Response> {
  const form = await readForm(c);
  const url = form.get("repository")?.trim() ?? "";
  // The page shows these fields again, without a password in the URL.
  const fields = {
    name: form.get("name")?.trim() ?? "",
    repository: withoutCredentials(url),
    branch: form.get("branch")?.trim() ?? "",
  };
  const checked = newProductSchema.safeParse({
    name: fields.name,
    repository: url === "" ? null : url,
    ...(fields.branch !== "" && { branch: fields.branch }),
  });
  const slug = parseSlug(fields.name);
  if (!checked.success || !slug) {
    const error = checked.success
      ? "the name cannot be used"
      : faultSentence(checked.error, (path) => labels[path] ?? path);
    return c.html(await page(c, needs, { fields, error }), 400);
  }
  const { repository = null, branch = null } = checked.data;
  const made = await needs.commands.createProduct(slug, { repository, branch });
  if (made.type === "refused") {
    return c.html(await page(c, needs, { fields, error: made.message }), problemOf(made).status);
  }
  noteProduct(c, slug);
  const next = repository === null ? routes.product(slug) : routes.productWebhooks(slug);
  return c.redirect(`${next}?done=created`, 303);
}

interface Shown {
  readonly fields?: typeof emptyForm;
  readonly error?: string;
  readonly sampleError?: string;
}

async function page(c: WebContext, needs: PageNeeds, { fields = emptyForm, error, sampleError }: Shown) {
  const products = await productsOf(needs);
  const newest = products.reduce((highest, { id }) => Math.max(highest, id), 0);
  const taken = new Set(products.map(({ slug }) => slug));
  const sample = {
    slug: freeSlug(sampleSlug, taken),
    existing: taken.has(sampleSlug) ? sampleSlug : null,
    error: sampleError ?? null,
  };
  const gitUrl = (slug: string) => new URL(routes.git(slug), needs.publicUrl).href;
  const query = new URLSearchParams({ after: String(newest), shown: "0" });
  return NewProductPage({
    frame: frameOf(c, needs, { title: "New product", section: "products" }),
    product: { gitUrl, form: fields, error: error ?? null, sample },
    stream: { url: `${routes.newProductStream()}?${query}`, pauseInBackground: false },
  });
}

/** The page of a product's newest deployment, or of the product when it has none. */
async function newestOf(store: PageNeeds["store"], { id, slug }: Product): Promise<string> {
  const [newest] = await store.deployments.list({ product: id, limit: 1 });
  return newest ? routes.deployment(newest.id) : routes.product(slug);
}

/** The first deployment of a product that was created after the page was rendered. */
async function firstPushAfter(c: WebContext, needs: PageNeeds, known: number) {
  const added = (await productsOf(needs)).filter(({ id }) => id > known);
  for (const { id, slug } of onlyVisible(c, added, ({ id }) => id)) {
    const [first] = await needs.store.deployments.list({ product: id, limit: 1 });
    if (first) return { slug: slug as string, deploymentId: first.id as number };
  }
  return null;
}

/** All products, which the board has in memory. */
async function productsOf({ board }: PageNeeds): Promise<readonly Product[]> {
  return (await board.look()).products.map(({ product }) => product);
}
