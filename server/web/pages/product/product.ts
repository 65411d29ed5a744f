import { BackupList, backupListId } from "../../../../views/backups/backups-page.tsx";
import type { Reader } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { offers } from "../../../../views/frame/offers.ts";
import {
  type OverviewProps,
  ProductOverview,
  ProductPage,
  productOverviewId,
} from "../../../../views/product/product-page.tsx";
import type { ReplicaRow, StackState } from "../../../../views/product/stacks.tsx";
import { StopPage } from "../../../../views/product/stop-page.tsx";
import { UninstalledPage } from "../../../../views/product/uninstalled-page.tsx";
import { specOf } from "../../../model/deployment/deployment.ts";
import { type DeploymentSpec, servicesOf } from "../../../model/deployment/spec.ts";
import type { Installation, Product } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { failingBackups, failingDrills, failingText } from "../../../rules/backup/failing.ts";
import { sharedVolumeText, unnamedVolumes, unnamedVolumeText } from "../../../rules/data/lasting-data.ts";
import { dataInContainerText } from "../../../rules/data/lost-data.ts";
import { crashCause } from "../../../rules/diagnosis/crash-cause.ts";
import type { Instance } from "../../../rules/health/replica-status.ts";
import { movedTo } from "../../../rules/webhooks/moved-repository.ts";
import { visibleTo } from "../../access/visible.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { dataAtStake } from "../../read/known-data.ts";
import { urlsOf } from "../../read/running/service-states.ts";
import { troubleLines } from "../../read/running/trouble-lines.ts";
import { answerWithSnapshots, type Snapshot } from "../../streams/state-stream.ts";
import { isUnderWay, readBackups } from "../backups/backup-views.ts";
import { deploymentRow, sourceNumbers } from "../deployment/deployment-rows.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds, readerOf } from "../page.ts";
import { createNews } from "../system/news.ts";
import { liveOf, type RunFacts } from "./live-version.ts";
import { listOf, listPart } from "./product-deployments.ts";
import { hostStateParts, servicesWithHosts } from "./product-domains.ts";
import {
  headParts,
  inPlace,
  type ProductFacts,
  placeOf,
  productFacts,
  productStreamUrl,
  productTitle,
} from "./product-head.ts";

const shownDeployments = 5;
const backupsLookedAt = 50;

/** The notices that a redirect may ask for. Anything else in the URL shows nothing. */
const notices: Readonly<Record<string, string>> = {
  installed: "Installed. Nothing is deployed here yet.",
  created: "Created. Push the first version to deploy it.",
};

/** The overview of a product, and the stream that keeps its tabs up to date. */
export function createProductPages(needs: PageNeeds) {
  const { endpoints, store, commands, clock, catalog, containerNews } = needs;

  return endpoints
    .router()
    .on(routes.product.get, async (c) => {
      const product = await catalog.product(c.req.param("slug") ?? "");
      if ((await catalog.placesOf(product)).length === 0) return c.html(await uninstalled(c, needs, product));
      const place = await placeOf(c, needs);
      const facts = await productFacts(needs, place, c.req.raw.signal);
      const overview = await readOverview(c, needs, place, facts);
      const shown = digestOf([facts.head, overview]);
      return c.html(
        ProductPage({
          frame: frameOf(c, needs, {
            title: productTitle(facts.head),
            section: "products",
            mood: facts.head.mood,
            product,
          }),
          head: facts.head,
          overview,
          notice: notices[c.req.query("done") ?? ""] ?? null,
          stream: { url: productStreamUrl(place, shown, "overview"), pauseInBackground: true },
        }),
      );
    })

    .on(routes.productStream.get, async (c) => {
      const { product, installation } = await placeOf(c, needs);
      const news = createNews(needs, clock.now(), visibleTo(c), (place) => place.installation.id === installation.id);
      const take = async (): Promise<Snapshot | null> => {
        containerNews.keepUp();
        return (await store.products.bySlug(product.slug))?.id === product.id ? snapshot(c, needs) : null;
      };
      /** A container may also die without a deployment. */
      const andOfContainers = (wake: () => void) =>
        containerNews.subscribe((whose) => whose === installation.id && wake());
      return answerWithSnapshots(c, needs, take, { aside: news, alsoOn: andOfContainers });
    })

    .on(routes.productDeploy.post, async (c) => {
      const { installation } = await placeOf(c, needs);
      const asked = await commands.deploy(installation.id, {}, byText(visitorOf(c).identity), c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    })

    .on(routes.productStop.get, async (c) => {
      const place = await placeOf(c, needs);
      const { product, environment } = place;
      const live = await liveOf(store, place.installation);
      const frame = frameOf(c, needs, { title: `Stop ${product.slug}`, section: "products", product });
      const urls = urlsOf(live?.deployment ?? null, needs);
      const spec = live && specOf(live.deployment);
      const atStake = spec ? await dataAtStake(needs, spec, c.req.raw.signal) : [];
      return c.html(StopPage({ frame, slug: product.slug, environment: environment.name, urls, atStake }));
    })

    .on(routes.productStop.post, async (c) => {
      const place = await placeOf(c, needs);
      const outcome = await commands.stop(place.installation.id, byText(visitorOf(c).identity));
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(inPlace(routes.product(place.product.slug), place), 303);
    });
}

async function uninstalled(c: WebContext, needs: PageNeeds, product: Product) {
  const { slug, repository } = product;
  const environments = (await needs.store.environments.list()).map(({ name }) => name);
  const gitUrl = new URL(routes.git(slug), needs.publicUrl).href;
  const frame = frameOf(c, needs, { title: slug, section: "products", product });
  return UninstalledPage({ frame, slug, repository, gitUrl, environments });
}

/** The product's head, and the parts that the shown tab also updates. */
async function snapshot(c: WebContext, needs: PageNeeds): Promise<Snapshot> {
  const place = await placeOf(c, needs);
  const facts = await productFacts(needs, place, c.req.raw.signal);
  const head = await headParts(facts.head, readerOf(c, place.product));
  const { shown, html, isPassing = false } = await tabOf(c, needs, place, facts);
  const digest = digestOf(shown === null ? facts.head : [facts.head, shown]);
  return { digest, html: head + html, isPassing: isPassing || facts.head.state === "stopping" };
}

async function tabOf(
  c: WebContext,
  needs: PageNeeds,
  place: InstallationRef,
  facts: ProductFacts,
): Promise<{ readonly shown: unknown; readonly html: string; readonly isPassing?: boolean }> {
  const now = needs.clock.now();
  switch (c.req.query("tab")) {
    case "overview": {
      const overview = await readOverview(c, needs, place, facts);
      const children = ProductOverview({ overview, head: facts.head, reader: readerOf(c, place.product), now });
      return { shown: overview, html: await Part({ target: productOverviewId, how: "replace", children }).toString() };
    }
    case "deployments": {
      const list = await listOf(c, needs, place);
      return { shown: list, html: await listPart(list, place, now) };
    }
    case "domains": {
      const services = await servicesWithHosts(needs, place, facts.live, c.req.raw.signal);
      return { shown: services, html: await hostStateParts(services) };
    }
    case "backups": {
      const backups = await readBackups(needs, place);
      const children = BackupList({ head: facts.head, backups, reader: readerOf(c, place.product), now });
      const html = await Part({ target: backupListId, how: "replace", children }).toString();
      return { shown: backups, html, isPassing: isUnderWay(backups) };
    }
    default:
      return { shown: null, html: "" };
  }
}

async function readOverview(
  c: WebContext,
  needs: PageNeeds,
  place: InstallationRef,
  { live, run, head }: ProductFacts,
): Promise<OverviewProps> {
  const { product, installation } = place;
  const filter = { installation: installation.id, limit: shownDeployments + 1 };
  const [deployments, backups, drills, newest] = await Promise.all([
    needs.store.deployments.list(filter),
    needs.store.backups.list({ installation: installation.id, limit: backupsLookedAt }),
    needs.store.backups.drills({ installation: installation.id, limit: backupsLookedAt }),
    product.repository === null ? null : needs.store.deliveries.newestFromForge(product.id),
  ]);
  const shown = deployments.slice(0, shownDeployments);
  const sources = await sourceNumbers(needs.store, shown);
  const reader = { among: "its product's", who: visitorOf(c).identity } as const;
  return {
    branch: installation.branch,
    here: deployments.length === 0 ? await tipOf(needs, product, installation, c.req.raw.signal) : null,
    repository: product.repository,
    movedTo: movedTo(product.repository, newest),
    gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
    live,
    troubles: await troublesOf(needs, place, { run, head, reader: readerOf(c, product) }),
    stacks: stacksOf(run),
    data: [
      ...[...failingBackups(backups), ...failingDrills(drills)].map((one) => ({
        text: failingText(one),
        isWarning: true,
      })),
      ...dataNotes(live && specOf(live.deployment)),
    ],
    rows: shown.map((row) => deploymentRow(row, place, sources, reader)),
    hasMore: deployments.length > shownDeployments,
  };
}

/** What a running deployment stops in order to replace it is no trouble. */
async function troublesOf(
  needs: PageNeeds,
  { installation: { id } }: InstallationRef,
  { run: { services }, head: { activity }, reader }: Pick<ProductFacts, "run" | "head"> & { readonly reader: Reader },
): Promise<OverviewProps["troubles"]> {
  const isDeploying = activity?.tone === "busy";
  const troubles = services.flatMap(({ trouble }) => trouble ?? []);
  return Promise.all(
    troubles
      .filter(({ type }) => type !== "gone" || !isDeploying)
      .map(async (trouble) => {
        const { service, title, text, isDown } = trouble;
        // What it printed is for those who read its log.
        const lines = isDown && offers(reader, routes.productLogs.get) ? await troubleLines(needs, id, trouble) : [];
        return { service, title, text, isDown, lines, hint: trouble.type === "crash-loop" ? crashCause(lines) : null };
      }),
  );
}

/**
 * The branch's tip if it was pushed before there was an environment to deploy it to, because git does not push it
 * again.
 */
async function tipOf({ git }: PageNeeds, { id, repository }: Product, { branch }: Installation, signal: AbortSignal) {
  return repository === null && branch !== null ? git.resolve(id, branch, signal) : null;
}

/** Describes where data is kept outside named volumes. */
function dataNotes(spec: DeploymentSpec | null): OverviewProps["data"] {
  if (!spec) return [];
  const atRisk = servicesOf(spec).flatMap((service) => {
    const text = dataInContainerText(service);
    return text === null ? [] : [{ text, isWarning: true }];
  });
  const lasting = unnamedVolumes(spec.stacks).flatMap((volume) => [
    { text: unnamedVolumeText(volume), isWarning: false },
    ...(volume.isShared ? [{ text: sharedVolumeText(volume), isWarning: true }] : []),
  ]);
  return [...atRisk, ...lasting];
}

function replicaRow({ replica, status, container }: Instance): ReplicaRow {
  return {
    number: replica,
    state: status,
    since: status === "running" ? (container?.startedAt ?? null) : null,
    restarts: container?.restartCount ?? 0,
  };
}

function stacksOf({ services }: RunFacts): readonly StackState[] {
  const names = [...new Set(services.map(({ stack }) => stack))];
  return names.map((name) => ({
    name,
    services: services
      .filter(({ stack }) => stack === name)
      .map(({ name, kind, kindReason, status, url, instances }) => ({
        ...{ name, kind, kindReason, state: status, url },
        replicas: instances.length < 2 ? [] : instances.map(replicaRow),
      })),
  }));
}
