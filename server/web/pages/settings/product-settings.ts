import { DeletePage, type DeleteProps } from "../../../../views/product/delete-page.tsx";
import { type RefusedSource, SettingsPage } from "../../../../views/settings/settings-page.tsx";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../../model/deployment/spec.ts";
import type { Product } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { faultInField, faultSentence } from "../../api/fault-words.ts";
import { sourceChangesSchema } from "../../api/products/source-schemas.ts";
import { productChangesSchema, serviceSettingsSchema } from "../../api/schemas.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import type { WebContext } from "../../needs.ts";
import type { Place } from "../../read/catalog.ts";
import { dataAtStake } from "../../read/known-data.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "../product/product-head.ts";
import { type RefusedSettings, serviceSettingsViews } from "./service-settings-view.ts";

/** How far back the newest version is looked for that is known to be made of services. */
const lookedAt = 10;

const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  set: "Saved. It takes effect on the next deployment.",
  installed: "Installed. Nothing is deployed here yet.",
};

const labels: Readonly<Record<string, string>> = {
  branch: "Branch to deploy",
  rootDirectory: "Root directory",
  watch: "git push returns",
};

/** What the page says beside how things are. */
interface Shown {
  readonly error?: string;
  readonly source?: RefusedSource;
  readonly service?: RefusedSettings;
}

/** What can be set about a product, and how one gets rid of it. */
export function createProductSettingsPages(needs: PageNeeds) {
  const { endpoints, store, commands, catalog } = needs;

  return endpoints
    .router()
    .on(routes.productSettings.get, async (c) => c.html(await settings(c, await placeOf(c, needs), {})))

    .on(routes.productSettings.post, async (c) => {
      const form = await readForm(c);
      const environment = form.get("install");
      if (environment !== null) return install(c, environment);
      const place = await placeOf(c, needs);
      const folder = form.get("rootDirectory")?.trim();
      const checked = productChangesSchema.safeParse({
        branch: form.get("branch")?.trim() ?? "",
        watch: form.get("watch") ?? undefined,
      });
      const source = sourceChangesSchema.safeParse({ rootDirectory: folder });
      const wrong = checked.error ?? source.error;
      if (wrong) {
        const message = faultSentence(wrong, (path) => labels[path] ?? path);
        const { csrf: _, ...typed } = Object.fromEntries(form);
        return c.html(await settings(c, place, { source: { typed, message } }), 400);
      }
      const branch = checked.data?.branch ?? "";
      const rootDirectory = source.data?.rootDirectory;
      const watch = checked.data?.watch;
      const outcome = await commands.changeProduct(place.product, {
        watch,
        branches: [{ installation: place.installation.id, branch }],
        source: rootDirectory === undefined ? {} : { rootDirectory },
      });
      if (outcome.type === "refused") throw problemOf(outcome);
      const said = [
        `branch ${branch}`,
        ...(rootDirectory ? [`folder ${rootDirectory}`] : []),
        ...(watch !== undefined && watch !== place.product.watch ? [`watch ${watch}`] : []),
      ];
      noteDetail(c, said.join(", "));
      return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "saved" }), 303);
    })

    .on(routes.productServiceSettings.post, async (c) => {
      const place = await placeOf(c, needs);
      const { service, ...typed } = Object.fromEntries(await readForm(c));
      const checked = serviceSettingsSchema.safeParse(settingChangesIn(service, typed));
      if (!checked.success) {
        const [issue] = checked.error.issues;
        const field = String(issue?.path.at(-1) ?? "");
        const refused = { service: service ?? "", typed, field, message: faultInField(checked.error) };
        return c.html(await settings(c, place, { service: refused }), 400);
      }
      const { id } = place.installation;
      await commands.setServiceSettings(id, checked.data.service, checked.data);
      noteDetail(c, checked.data.service);
      return c.redirect(inPlace(routes.productSettings(place.product.slug), place, { done: "set" }), 303);
    })

    .on(routes.productDelete.get, async (c) => {
      const product = await catalog.product(c.req.param("slug") ?? "");
      return c.html(await deletion(c, product, await part(c, product), null));
    })

    .on(routes.productDelete.post, async (c) => {
      const product = await catalog.product(c.req.param("slug") ?? "");
      const leaver = await part(c, product);
      const form = await readForm(c);
      if (form.get("confirm")?.trim() !== product.slug) {
        const refused = {
          message: `Type ${product.slug} exactly to confirm.`,
          typed: form.get("confirm") ?? "",
          volumes: form.get("volumes") === "delete" ? ("delete" as const) : ("keep" as const),
        };
        return c.html(await deletion(c, product, leaver, refused), 400);
      }
      const leaving = { keepVolumes: form.get("volumes") !== "delete" };
      noteDetail(c, leaving.keepVolumes ? "its volumes were kept" : "with its volumes");
      if (leaver === null) await commands.deleteProduct(product, leaving);
      else await commands.uninstall(leaver.installation.id, leaving);
      const query = new URLSearchParams({
        done: leaving.keepVolumes ? "deleted" : "deleted-with-data",
        product: product.slug,
        ...(leaver && { environment: leaver.environment.name }),
      });
      return c.redirect(`${routes.home()}?${query}`, 303);
    });

  async function install(c: WebContext, environment: string) {
    const product = await catalog.product(c.req.param("slug") ?? "");
    const [before] = await catalog.placesOf(product);
    const outcome = await commands.install({ product: product.slug, environment, branch: null });
    if (outcome.type === "refused") {
      if (!before) throw problemOf(outcome);
      const shown = { error: outcome.message };
      return c.html(await settings(c, await placeOf(c, needs), shown), problemOf(outcome).status);
    }
    noteDetail(c, `installed in ${environment}`);
    const next = before ? routes.productSettings(product.slug) : routes.product(product.slug);
    return c.redirect(`${next}?${new URLSearchParams({ environment, done: "installed" })}`, 303);
  }

  async function settings(c: WebContext, place: Place, shown: Shown) {
    const { product, installation } = place;
    const { head, live } = await productFacts(needs, place, c.req.raw.signal);
    const [environments, source, set, newest] = await Promise.all([
      store.environments.list(),
      store.sources.get(product.id),
      store.installations.serviceSettings(installation.id),
      store.deployments.list({ installation: installation.id, limit: lookedAt }),
    ]);
    // One that failed tells, too: perhaps it needs another health check.
    const made = newest.find((deployment) => specOf(deployment) !== null) ?? live?.deployment ?? null;
    return SettingsPage({
      frame: frameOf(c, needs, { title: `Settings of ${product.slug}`, section: "products", mood: head.mood }),
      head,
      settings: {
        branch: installation.branch,
        repository: product.repository,
        gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
        rootDirectory: source.rootDirectory,
        watch: product.watch,
        services: serviceSettingsViews({
          services: servicesIn(made),
          live: servicesIn(live?.deployment ?? null),
          set,
          healthTimeoutMs: needs.healthTimeoutMs,
          workerUpMs: needs.workerUpMs,
          refused: shown.service ?? null,
        }),
        elsewhere: environments.map(({ name }) => name).filter((name) => !head.environments.includes(name)),
        error: shown.error ?? null,
        refused: shown.source ?? null,
      },
      notice: notices[c.req.query("done") ?? ""] ?? null,
      stream: { url: productStreamUrl(place, digestOf(head), "head"), pauseInBackground: true },
    });
  }

  async function deletion(c: WebContext, product: Product, leaver: Place | null, refused: DeleteProps["refused"]) {
    const places = await catalog.placesOf(product);
    return DeletePage({
      frame: frameOf(c, needs, { title: `Delete ${product.slug}`, section: "products" }),
      deletion: {
        slug: product.slug,
        environment: leaver?.environment.name ?? places[0]?.environment.name ?? "production",
        isWhole: leaver === null,
        environments: places.map((other) => other.environment.name),
        atStake: await atStakeIn(leaver === null ? places : [leaver], c.req.raw.signal),
        refused,
      },
    });
  }

  async function atStakeIn(places: readonly Place[], signal: AbortSignal) {
    const found = await Promise.all(
      places.map(async ({ installation }) => {
        const live = await liveOf(store, installation);
        const spec = live && specOf(live.deployment);
        return spec ? dataAtStake(needs, spec, signal) : [];
      }),
    );
    const distinct = new Map(found.flat().map((each) => [`${each.service} ${each.path}`, each]));
    return [...distinct.values()];
  }

  /** What an address means to delete: one place of the product's; null: all of it. The main environment stands for the product. */
  async function part(c: WebContext, product: Product): Promise<Place | null> {
    const [main] = await catalog.placesOf(product);
    if (!main) return null;
    const asked = await catalog.placeIn(product, c.req.query("environment"));
    return asked.installation.id === main.installation.id ? null : asked;
  }
}

function servicesIn(deployment: Deployment | null): readonly ServiceSpec[] {
  const spec = deployment && specOf(deployment);
  return spec ? servicesOf(spec) : [];
}

/** A field that was emptied takes the setting away. */
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
