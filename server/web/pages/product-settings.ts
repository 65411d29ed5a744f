import { Hono } from "hono";
import { DeletePage } from "../../../views/delete-page.tsx";
import { type ServiceSettings, SettingsPage } from "../../../views/settings-page.tsx";
import { specOf } from "../../model/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../model/spec.ts";
import { routes } from "../../routes.ts";
import { durationText } from "../../rules/duration-text.ts";
import { sentenceOf } from "../api/route-parts.ts";
import { productChangesSchema } from "../api/schemas.ts";
import { noteDetail } from "../audit.ts";
import type { Place } from "../catalog.ts";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../needs.ts";
import { digestOf } from "./home.ts";
import { frameOf, type PageNeeds } from "./page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "./product-head.ts";

const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  installed: "Installed. Nothing is deployed here yet.",
};

/** What can be set about a product, and how one gets rid of it. */
export function createProductSettingsPages(needs: PageNeeds) {
  const { auth, store, triggers, catalog } = needs;

  return new Hono<WebEnv>()
    .get(routes.productSettings(":slug"), auth.allow("member"), async (c) =>
      c.html(await settings(c, await placeOf(c, needs), null)),
    )

    .post(routes.productSettings(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      const environment = form.get("install");
      if (environment !== null) {
        const outcome = await triggers.install({ product: place.product.slug, environment, branch: null });
        if (outcome.type === "refused") return c.html(await settings(c, place, outcome.message), 409);
        noteDetail(c, `installed in ${environment}`);
        const url = `${routes.productSettings(place.product.slug)}?${new URLSearchParams({ environment, done: "installed" })}`;
        return c.redirect(url, 303);
      }
      const checked = productChangesSchema.safeParse({ branch: form.get("branch")?.trim() ?? "" });
      if (!checked.success) return c.html(await settings(c, place, sentenceOf(checked.error)), 400);
      const branch = checked.data.branch ?? "";
      await store.installations.setBranch(place.installation.id, branch);
      noteDetail(c, `branch ${branch}`);
      return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "saved" }), 303);
    })

    .get(routes.productDelete(":slug"), auth.allow("member"), async (c) =>
      c.html(await deletion(c, await placeOf(c, needs), null)),
    )

    .post(routes.productDelete(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c, needs);
      const { product, installation } = place;
      const form = await readForm(c);
      if (form.get("confirm")?.trim() !== product.slug) {
        return c.html(await deletion(c, place, `This is not its name: ${product.slug}`), 400);
      }
      const leaving = { keepVolumes: form.get("volumes") !== "delete" };
      noteDetail(c, leaving.keepVolumes ? "its volumes were kept" : "with its volumes");
      if (await isWhole(place)) await triggers.deleteProduct(product, leaving);
      else await triggers.uninstall(installation.id, leaving);
      return c.redirect(routes.home(), 303);
    });

  async function settings(c: WebContext, place: Place, error: string | null) {
    const { product, installation } = place;
    const { head, live } = await productFacts(needs, place, c.req.raw.signal);
    const environments = await store.environments.list();
    const spec = live && specOf(live.deployment);
    return SettingsPage({
      frame: frameOf(c, needs, { title: `Settings of ${product.slug}`, section: "products", mood: head.mood }),
      head,
      settings: {
        branch: installation.branch,
        repository: product.repository,
        gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
        services: spec ? servicesOf(spec).map(serviceSettings) : [],
        elsewhere: environments.map(({ name }) => name).filter((name) => !head.environments.includes(name)),
        error,
      },
      notice: notices[c.req.query("done") ?? ""] ?? null,
      stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
    });
  }

  async function deletion(c: WebContext, place: Place, error: string | null) {
    const { product, environment } = place;
    const places = await catalog.placesOf(product);
    return DeletePage({
      frame: frameOf(c, needs, { title: `Delete ${product.slug}`, section: "products" }),
      deletion: {
        slug: product.slug,
        environment: environment.name,
        isWhole: await isWhole(place),
        environments: places.map((other) => other.environment.name),
        error,
      },
    });
  }

  /** The main environment stands for the product; another one is only a place where it is, too. */
  async function isWhole({ product, installation }: Place): Promise<boolean> {
    return (await catalog.mainPlace(product)).installation.id === installation.id;
  }
}

function serviceSettings({ name, kind, health, limits }: ServiceSpec): ServiceSettings {
  const wants = { web: `${health.path} answers 2xx or 3xx`, tcp: "its port takes connections", worker: "it stays up" };
  const [memory, pids] = [`${Math.round(limits.memoryBytes / 1024 ** 2)} MiB of memory`, `${limits.pids} processes`];
  const cpus = limits.cpus === null ? [] : [`${limits.cpus} processors`];
  return {
    name,
    health:
      kind === "init"
        ? "Runs to its end before the others"
        : `Healthy when ${wants[kind]}, ${health.successes} times in a row, within ${durationText(health.timeoutMs)}`,
    limits: `At most ${[memory, pids, ...cpus].join(", ")}`,
  };
}
