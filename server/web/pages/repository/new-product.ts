import { Part } from "../../../../views/frame/live-region.tsx";
import { FirstPush, firstPushId, NewProductPage } from "../../../../views/repository/new-product-page.tsx";
import { type Product, parseSlug, type Slug, slugRule } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { freeSlug } from "../../../rules/products/free-slug.ts";
import { withoutCredentials } from "../../../rules/webhooks/repository-url.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { newProductSchema } from "../../api/schemas.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../needs.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const emptyForm = { name: "", repository: "", branch: "" };
const labels: Readonly<Record<string, string>> = { name: "Name", repository: "Repository", branch: "Branch" };
const sampleSlug = "hello" as Slug;

/** The ways in: a push, a repository, a sample. */
export function createNewProductPages(needs: PageNeeds) {
  const { endpoints, store, commands, publicUrl } = needs;
  const gitUrl = (slug: string) => new URL(routes.git(slug), publicUrl).href;

  return endpoints
    .router()
    .on(routes.newProduct.get, async (c) => c.html(await page(c, emptyForm, null)))

    .on(routes.newProductStream.get, (c) => {
      const known = Math.trunc(Number(c.req.query("after"))) || 0;
      return answerWithSnapshots(c, needs, async () => {
        const product = await firstPushAfter(known);
        const children = FirstPush({ product });
        const html = await Part({ target: firstPushId, how: "replace", children }).toString();
        return { digest: String(product?.deploymentId ?? 0), html };
      });
    })

    .on(routes.newSample.post, async (c) => {
      const slug = parseSlug((await readForm(c)).get("name") ?? sampleSlug);
      if (!slug) return c.html(await page(c, emptyForm, null, slugRule), 400);
      noteDetail(c, slug);
      // Whoever presses twice wants one.
      const existing = await store.products.bySlug(slug);
      if (existing) return c.redirect(await newestOf(existing), 303);
      const asked = await commands.deploySample(slug, visitorOf(c).identity.name, c.req.raw.signal);
      if (asked.type === "refused")
        return c.html(await page(c, emptyForm, null, asked.message), problemOf(asked).status);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    })

    .on(routes.newProduct.post, async (c) => {
      const form = await readForm(c);
      const url = form.get("repository")?.trim() ?? "";
      // What is shown again. A password in the URL goes no further than here.
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
        return c.html(await page(c, fields, error), 400);
      }
      const { repository = null, branch = null } = checked.data;
      const made = await commands.createProduct(slug, { repository, branch });
      if (made.type === "refused") return c.html(await page(c, fields, made.message), problemOf(made).status);
      noteDetail(c, slug);
      const next = repository === null ? routes.product(slug) : routes.productWebhooks(slug);
      return c.redirect(`${next}?done=created`, 303);
    });

  async function page(c: WebContext, form: typeof emptyForm, error: string | null, sampleError: string | null = null) {
    const products = await store.products.list();
    const newest = Math.max(0, ...products.map(({ id }) => id));
    const taken = new Set(products.map(({ slug }) => slug));
    const sample = {
      slug: freeSlug(sampleSlug, taken),
      existing: taken.has(sampleSlug) ? sampleSlug : null,
      error: sampleError,
    };
    const query = new URLSearchParams({ after: String(newest), shown: "0" });
    return NewProductPage({
      frame: frameOf(c, needs, { title: "New product", section: "products" }),
      product: { gitUrl, form, error, sample },
      stream: { url: `${routes.newProductStream()}?${query}`, pauseInBackground: false },
    });
  }

  /** What there is to see of a product that was made a moment ago. */
  async function newestOf({ id, slug }: Product): Promise<string> {
    const [newest] = await store.deployments.list({ product: id, limit: 1 });
    return newest ? routes.deployment(newest.id) : routes.product(slug);
  }

  /** A product that was not there when the page was made, and is being deployed. */
  async function firstPushAfter(known: number) {
    const added = (await store.products.list()).filter(({ id }) => id > known);
    for (const { id, slug } of added) {
      const [first] = await store.deployments.list({ product: id, limit: 1 });
      if (first) return { slug: slug as string, deploymentId: first.id as number };
    }
    return null;
  }
}
