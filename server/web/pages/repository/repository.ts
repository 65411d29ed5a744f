import { DeliveryPage } from "../../../../views/repository/delivery-page.tsx";
import { branchFieldName } from "../../../../views/repository/repository-card.tsx";
import { WebhooksPage, type WebhooksProps } from "../../../../views/repository/repository-page.tsx";
import type { ProductChanges } from "../../../commands/products/change-product.ts";
import type { Product } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { movedTo } from "../../../rules/webhooks/moved-repository.ts";
import { splitPathPatterns } from "../../../rules/webhooks/path-filter.ts";
import { withoutCredentials } from "../../../rules/webhooks/repository-url.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { sourceChangesSchema } from "../../api/products/source-schemas.ts";
import { productChangesSchema } from "../../api/schemas.ts";
import { readForm } from "../../http/form.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../needs.ts";
import { webhookUrl } from "../../webhooks/webhook-url.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";
import { productFacts, productStreamUrl } from "../product/product-head.ts";

const shownDeliveries = 30;

/** What a redirect may say; anything else in the URL says nothing. */
const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  created: "Connected. Add the webhook below, or check now.",
  deployed: "A new version was found and queued.",
  duplicate: "Nothing new on this branch.",
  ignored: "Nothing was deployed; see Deliveries for the reason.",
};

/** A product's repository: where it is, how Baton hears of pushes, and what it has heard. */
export function createWebhookPages(needs: PageNeeds) {
  const { endpoints, store, commands, catalog } = needs;

  return (
    endpoints
      .router()
      .on(routes.productWebhooks.get, async (c) => show(c, await productOf(c), null))

      .on(routes.productRepository.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        return orSay(c, product, () => saveRepository(c, product, form), form);
      })

      .on(routes.productToken.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        const token = form.has("remove") ? null : text(form, "token");
        return orSay(c, product, async () => {
          const changes = check(sourceChangesSchema.safeParse({ token }));
          return change(c, product, { source: { token: changes.token ?? null } });
        });
      })

      .on(routes.productDeployKey.post, async (c) => {
        const product = await productOf(c);
        await commands.makeDeployKey(product);
        return back(c, product, "saved");
      })

      .on(routes.productHostKey.post, async (c) => {
        const product = await productOf(c);
        return change(c, product, { source: { hostKey: null } });
      })

      .on(routes.productReports.post, async (c) => {
        const product = await productOf(c);
        const form = await readForm(c);
        const reports = {
          status: form.has("status"),
          deployment: form.has("deployment"),
          comment: form.has("comment"),
        };
        return change(c, product, { source: { reports } });
      })

      // Answered with the page itself: a secret must stand in no URL, and on no second page.
      .on(routes.productWebhookSecret.post, async (c) => {
        const product = await productOf(c);
        return show(c, product, await commands.makeWebhookSecret(product));
      })

      .on(routes.productCheck.post, async (c) => {
        const product = await productOf(c);
        return orSay(c, product, async () => {
          const found = await commands.checkRepository(product, visitorOf(c).identity.name, true, c.req.raw.signal);
          if ("code" in found) throw problemOf(found);
          const outcome = found.find((one) => one.outcome === "deployed")?.outcome ?? found[0]?.outcome ?? "ignored";
          return back(c, product, outcome);
        });
      })

      .on(routes.delivery.get, async (c) => {
        const product = await productOf(c);
        const id = deliveryOf(c);
        const delivery = await store.deliveries.get(product.id, id);
        if (!delivery) throw notFound(`delivery ${id}`);
        const frame = frameOf(c, needs, { title: `Delivery ${id} of ${product.slug}`, section: "products" });
        const canRedeliver = delivery.event !== null;
        return c.html(DeliveryPage({ frame, slug: product.slug, delivery: { ...delivery, canRedeliver } }));
      })

      .on(routes.deliveryAgain.post, async (c) => {
        const product = await productOf(c);
        const again = await commands.redeliver(product, deliveryOf(c), visitorOf(c).identity.name);
        if ("code" in again) throw problemOf(again);
        const to = again.id === null ? routes.productWebhooks(product.slug) : routes.delivery(product.slug, again.id);
        return c.redirect(to, 303);
      })
  );

  async function saveRepository(c: WebContext, product: Product, form: URLSearchParams): Promise<Response> {
    const url = text(form, "repository");
    const { repository = null } = check(productChangesSchema.safeParse({ repository: url || null }));
    const branches = (await catalog.placesOf(product)).flatMap(({ environment, installation }) => {
      const branch = text(form, branchFieldName(environment.name));
      return branch === ""
        ? []
        : [
            {
              installation: installation.id,
              branch: check(productChangesSchema.safeParse({ branch })).branch ?? "",
            },
          ];
    });
    const minutes = text(form, "pollMinutes");
    const { rootDirectory, paths, pollMinutes } = check(
      sourceChangesSchema.safeParse({
        rootDirectory: text(form, "rootDirectory"),
        paths: splitPathPatterns(text(form, "paths")),
        pollMinutes: minutes === "" ? null : Number(minutes),
      }),
    );
    const source = {
      ...(rootDirectory !== undefined && { rootDirectory }),
      ...(paths !== undefined && { paths }),
      ...(pollMinutes !== undefined && { pollMinutes }),
    };
    return change(c, product, { repository, branches, source });
  }

  async function change(c: WebContext, product: Product, changes: ProductChanges): Promise<Response> {
    const outcome = await commands.changeProduct(product, changes);
    if (outcome.type === "refused") throw problemOf(outcome);
    return back(c, product, "saved");
  }

  /** What cannot be done is said on the page itself; `typed` stays in its form. */
  async function orSay(
    c: WebContext,
    product: Product,
    act: () => Promise<Response>,
    typed: URLSearchParams | null = null,
  ): Promise<Response> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return show(c, product, null, { message: error.message, status: error.status, typed });
    }
  }

  function productOf(c: WebContext): Promise<Product> {
    return catalog.product(c.req.param("slug") ?? "");
  }

  /** A number that is too large to be exact is no delivery's. */
  function deliveryOf(c: WebContext): number {
    const id = Number(c.req.param("id"));
    if (!Number.isSafeInteger(id)) throw notFound("such delivery");
    return id;
  }

  function back(c: WebContext, { slug }: Product, done: string) {
    return c.redirect(`${routes.productWebhooks(slug)}?done=${done}`, 303);
  }

  async function show(
    c: WebContext,
    product: Product,
    newSecret: string | null,
    refused: Refusal | null = null,
  ): Promise<Response> {
    const place = await catalog.placeIn(product, c.req.query("environment"));
    const { head } = await productFacts(needs, place, c.req.raw.signal);
    const before = /^\d{1,15}$/.exec(c.req.query("before") ?? "")?.[0];
    return c.html(
      WebhooksPage({
        frame: frameOf(c, needs, { title: `Repository of ${product.slug}`, section: "products", mood: head.mood }),
        head,
        stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
        page: await pageOf(product, newSecret, before === undefined ? null : Number(before)),
        notice: refused ? null : (notices[c.req.query("done") ?? ""] ?? null),
        problem: refused?.message ?? null,
        typed: refused?.typed ? typedAgain(refused.typed) : null,
      }),
      refused?.status ?? 200,
    );
  }

  async function pageOf(product: Product, newSecret: string | null, before: number | null): Promise<WebhooksProps> {
    const [source, trouble, places, newest, rows] = await Promise.all([
      store.sources.get(product.id),
      store.reports.trouble(product.id),
      catalog.placesOf(product),
      store.deliveries.newestFromForge(product.id),
      store.deliveries.list(product.id, { limit: shownDeliveries + 1, ...(before !== null && { before }) }),
    ]);
    const { hasToken, deployKey, hostKey, pingedAt, hasWebhookSecret: hasSecret } = source;
    const { rootDirectory, paths, pollMinutes, polledAt } = source;
    const forge = forgeOf(product);
    const environments = places.map(async ({ environment, installation }) => ({
      environment: environment.name,
      branch: installation.branch,
      live: await liveOf(store, installation),
    }));
    const deliveries = rows.slice(0, shownDeliveries);
    return {
      slug: product.slug,
      repository: {
        url: product.repository,
        branches: places.map(({ environment: { name }, installation: { branch } }) => ({ environment: name, branch })),
        ...{ rootDirectory, paths, pollMinutes, polledAt },
      },
      movedTo: movedTo(product.repository, newest),
      environments: await Promise.all(environments),
      webhook: { forge, url: webhookUrl(needs, product), hasSecret, newSecret, pingedAt },
      access: { forge, hasToken, deployKey, hostKey },
      reports: { forge, hasToken, ...source.reports, trouble },
      deliveries,
      olderThan: rows.length > shownDeliveries ? (deliveries.at(-1)?.id ?? null) : null,
    };
  }

  function forgeOf({ repository }: Product): string {
    const home = needs.forges.find((one) => repository !== null && one.isHomeOf(repository)) ?? needs.forges[0];
    return home?.title ?? "the forge";
  }
}

interface Refusal extends Pick<Problem, "message" | "status"> {
  /** What stays in the form of the repository; null: it was another form. */
  readonly typed: URLSearchParams | null;
}

function text(form: URLSearchParams, name: string): string {
  return form.get(name)?.trim() ?? "";
}

function check<T>(
  parsed:
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: Parameters<typeof faultSentence>[0] },
): T {
  if (parsed.success) return parsed.data;
  throw new Problem(400, "invalid", faultSentence(parsed.error, labelOf));
}

const labels: Readonly<Record<string, string>> = {
  repository: "URL",
  branch: "Branch",
  rootDirectory: "Root directory",
  paths: "Deploy only when these change",
  pollMinutes: "Poll every (minutes)",
  token: "Token",
};

function labelOf(path: string): string {
  return labels[path.split(".")[0] ?? ""] ?? path;
}

/** As it was sent; a password in the URL goes no further. */
function typedAgain(form: URLSearchParams): URLSearchParams {
  const typed = new URLSearchParams(form);
  typed.set("repository", withoutCredentials(text(form, "repository")));
  return typed;
}
