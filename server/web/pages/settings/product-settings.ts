import { type RefusedSource, SettingsPage } from "../../../../views/settings/settings-page.tsx";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../../model/deployment/spec.ts";
import { routes } from "../../../routes.ts";
import { faultInField, faultSentence } from "../../api/fault-words.ts";
import { scaleSchema } from "../../api/schemas/products/installations.ts";
import { productChangesSchema } from "../../api/schemas/products/products.ts";
import { serviceSettingsSchema } from "../../api/schemas/products/service-settings.ts";
import { sourceChangesSchema } from "../../api/schemas/products/sources.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "../product/product-head.ts";
import { type RefusedScaling, scalingIn, scalingViews } from "./scaling-views.ts";
import { type RefusedSettings, serviceSettingsViews } from "./service-settings-view.ts";

/** How many deployments are searched for the newest one whose services are known. */
const lookedAt = 10;

const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  set: "Saved. It takes effect on the next deployment.",
  scaled: "Saved. The overview shows each replica.",
  installed: "Installed. Nothing is deployed here yet.",
};

const labels: Readonly<Record<string, string>> = {
  branch: "Branch to deploy",
  rootDirectory: "Root directory",
  watch: "git push returns",
};

/** What the page shows besides the current settings. */
interface Shown {
  readonly error?: string;
  readonly source?: RefusedSource;
  readonly service?: RefusedSettings;
  readonly scaling?: RefusedScaling;
}

/** The settings of a product in one environment. */
export function createProductSettingsPages(needs: PageNeeds) {
  const { endpoints, commands } = needs;

  return endpoints
    .router()
    .on(routes.productSettings.get, async (c) => c.html(await settings(c, needs, await placeOf(c, needs), {})))

    .on(routes.productSettings.post, async (c) => {
      const form = await readForm(c);
      const environment = form.get("install");
      if (form.has("logs")) return saveLogs(c, needs, form.get("logs") === "hidden");
      return environment === null ? saveSource(c, needs, form) : install(c, needs, environment);
    })

    .on(routes.productScaling.post, async (c) => scale(c, needs, await placeOf(c, needs)))

    .on(routes.productServiceSettings.post, async (c) => {
      const place = await placeOf(c, needs);
      const { service, ...typed } = Object.fromEntries(await readForm(c));
      const checked = serviceSettingsSchema.safeParse(settingChangesIn(service, typed));
      if (!checked.success) {
        const [issue] = checked.error.issues;
        const field = String(issue?.path.at(-1) ?? "");
        const refused = { service: service ?? "", typed, field, message: faultInField(checked.error) };
        return c.html(await settings(c, needs, place, { service: refused }), 400);
      }
      const { id } = place.installation;
      await commands.setServiceSettings(id, checked.data.service, checked.data);
      return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "set" }), 303);
    });
}

async function scale(c: WebContext, needs: PageNeeds, place: InstallationRef): Promise<Response> {
  const form = await readForm(c);
  const checked = scaleSchema.safeParse(scalingIn(form));
  const refuse = async (message: string, status: 400 | 404 | 409) => {
    const scaling = { service: form.get("service") ?? "", typed: form.get("replicas") ?? "", message };
    return c.html(await settings(c, needs, place, { scaling }), status);
  };
  if (!checked.success) return refuse(faultInField(checked.error), 400);
  const { service, replicas, sticky } = checked.data;
  const changes = { ...(replicas !== undefined && { replicas }), ...(sticky !== undefined && { sticky }) };
  const outcome = await needs.commands.scaleService(place.installation.id, service, changes);
  if (outcome.type === "refused") return refuse(outcome.message, 409);
  return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "scaled" }), 303);
}

async function saveSource(c: WebContext, needs: PageNeeds, form: URLSearchParams): Promise<Response> {
  const place = await placeOf(c, needs);
  const checked = productChangesSchema.safeParse({
    branch: form.get("branch")?.trim() ?? "",
    watch: form.get("watch") ?? undefined,
  });
  const source = sourceChangesSchema.safeParse({ rootDirectory: form.get("rootDirectory")?.trim() });
  const wrong = checked.error ?? source.error;
  if (wrong) {
    const message = faultSentence(wrong, (path) => labels[path] ?? path);
    const { csrf: _, ...typed } = Object.fromEntries(form);
    return c.html(await settings(c, needs, place, { source: { typed, message } }), 400);
  }
  const { branch = "", watch } = checked.data ?? {};
  const rootDirectory = source.data?.rootDirectory;
  const outcome = await needs.commands.changeProduct(place.product, {
    watch,
    branches: [{ installation: place.installation.id, branch }],
    source: rootDirectory === undefined ? {} : { rootDirectory },
  });
  if (outcome.type === "refused") throw problemOf(outcome);
  return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "saved" }), 303);
}

async function saveLogs(c: WebContext, needs: PageNeeds, hidesLogs: boolean): Promise<Response> {
  const place = await placeOf(c, needs);
  const outcome = await needs.commands.changeProduct(place.product, { hidesLogs });
  if (outcome.type === "refused") throw problemOf(outcome);
  await needs.openStreams.recheck();
  return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "saved" }), 303);
}

async function install(c: WebContext, needs: PageNeeds, environment: string): Promise<Response> {
  const product = await needs.catalog.product(c.req.param("slug") ?? "");
  const [before] = await needs.catalog.placesOf(product);
  const outcome = await needs.commands.install({ product: product.slug, environment, branch: null });
  if (outcome.type === "refused") {
    if (!before) throw problemOf(outcome);
    const shown = { error: outcome.message };
    return c.html(await settings(c, needs, await placeOf(c, needs), shown), problemOf(outcome).status);
  }
  noteDetail(c, `installed in ${environment}`);
  const next = before ? routes.productSettings(product.slug) : routes.product(product.slug);
  return c.redirect(`${next}?${new URLSearchParams({ environment, done: "installed" })}`, 303);
}

async function settings(c: WebContext, needs: PageNeeds, place: InstallationRef, shown: Shown) {
  const { store } = needs;
  const { product, installation } = place;
  const { head, live } = await productFacts(needs, place, c.req.raw.signal);
  const [environments, source, set, scalings, newest] = await Promise.all([
    store.environments.list(),
    store.sources.get(product.id),
    store.installations.serviceSettings(installation.id),
    store.installations.scalings(installation.id),
    store.deployments.list({ installation: installation.id, limit: lookedAt }),
  ]);
  // A failed version counts, too: perhaps it needs another health check.
  const made = newest.find((deployment) => specOf(deployment) !== null) ?? live?.deployment ?? null;
  return SettingsPage({
    frame: frameOf(c, needs, { title: `Settings of ${product.slug}`, section: "products", mood: head.mood, product }),
    head,
    settings: {
      branch: installation.branch,
      repository: product.repository,
      gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
      rootDirectory: source.rootDirectory,
      watch: product.watch,
      hidesLogs: product.hidesLogs,
      services: serviceSettingsViews({
        services: servicesIn(made),
        live: servicesIn(live?.deployment ?? null),
        set,
        healthTimeoutMs: needs.healthTimeoutMs,
        workerUpMs: needs.workerUpMs,
        refused: shown.service ?? null,
      }),
      scaling: scalingViews(servicesIn(live?.deployment ?? made), scalings, shown.scaling ?? null),
      elsewhere: environments.map(({ name }) => name).filter((name) => !head.environments.includes(name)),
      error: shown.error ?? null,
      refused: shown.source ?? null,
    },
    notice: notices[c.req.query("done") ?? ""] ?? null,
    stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
  });
}

function servicesIn(deployment: Deployment | null): readonly ServiceSpec[] {
  const spec = deployment && specOf(deployment);
  return spec ? servicesOf(spec) : [];
}

/** An emptied field removes the setting. */
function settingChangesIn(service: string | undefined, typed: Readonly<Record<string, string>>) {
  const text = (name: string) => {
    const value = typed[name]?.trim();
    return value === "" ? null : value;
  };
  const number = (name: string) => {
    const value = text(name);
    return typeof value === "string" ? Number(value) : value;
  };
  return {
    service,
    health: {
      path: text("path"),
      interval: text("interval"),
      tryTimeout: text("tryTimeout"),
      timeout: text("timeout"),
      successes: number("successes"),
    },
    memory: text("memory"),
    cpus: number("cpus"),
  };
}
