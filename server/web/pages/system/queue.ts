import { Part } from "../../../../views/frame/live-region.tsx";
import { Queue, QueuePage, type QueueProps, queueId } from "../../../../views/system/queue-page.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { routes } from "../../../routes.ts";
import { allows } from "../../../rules/access/permissions.ts";
import { isIn } from "../../../rules/access/visible-products.ts";
import { whyWaiting } from "../../../rules/rollout/why-waiting.ts";
import { visibleTo } from "../../access/visible.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { sourceNumbers } from "../deployment/deployment-rows.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { activityOf } from "./activity.ts";

/** Shows what is building, what is waiting, and why. */
export function createQueuePages(needs: PageNeeds) {
  const { endpoints, clock } = needs;

  return endpoints
    .router()
    .on(routes.queue.get, async (c) => {
      const queue = await readQueue(c, needs);
      const url = `${routes.queueStream()}?${new URLSearchParams({ shown: digestOf(queue) })}`;
      const mood = queue.running.length > 0 ? "busy" : "idle";
      const frame = frameOf(c, needs, { title: "Queue", section: "queue", mood });
      return c.html(QueuePage({ frame, queue, stream: { url, pauseInBackground: true } }));
    })

    .on(routes.queueStream.get, (c) =>
      answerWithSnapshots(c, needs, async () => {
        const queue = await readQueue(c, needs);
        const children = Queue({ queue, now: clock.now(), csrf: c.get("visitor")?.csrf ?? null });
        const html = await Part({ target: queueId, how: "replace", children }).toString();
        return { digest: digestOf(queue), html };
      }),
    );
}

async function readQueue(c: WebContext, needs: PageNeeds): Promise<QueueProps> {
  const { store, catalog, maxBuilding } = needs;
  const queue = await store.deployments.queue();
  const all = [...queue.running, ...queue.queued];
  const visible = visibleTo(c);
  const places = (await catalog.placesWith(all.map(({ installationId }) => installationId))).filter(({ product }) =>
    isIn(visible, product.id),
  );
  const isShown = ({ installationId }: Deployment) =>
    visible === "all" || places.some(({ installation }) => installation.id === installationId);
  const sources = await sourceNumbers(store, all.filter(isShown));
  const sourceOf = ({ sourceId }: Deployment) => (sourceId === null ? null : (sources.get(sourceId) ?? null));
  const placeOf = ({ installationId }: Deployment) =>
    places.find(({ installation }) => installation.id === installationId) ?? null;
  const mayCancel = (deployment: Deployment) =>
    allows(visitorOf(c).identity, routes.deploymentCancel.post.permission, placeOf(deployment)?.product.id ?? null);
  const whatOf = (deployment: Deployment) => {
    const place = placeOf(deployment);
    return {
      deployment,
      name: `${place ? placeName(place) : "a deleted product"} #${deployment.number}`,
      repository: place?.product.repository ?? null,
      source: sourceOf(deployment),
    };
  };
  const running = queue.running.filter(isShown).map(async (deployment) => {
    const activity = await activityOf(needs, queue, deployment.installationId, null);
    return {
      ...whatOf(deployment),
      canCancel: mayCancel(deployment) && (deployment.status === "building" || deployment.step === "start"),
      text: activity?.text ?? "",
      percent: activity?.percent ?? null,
      since: deployment.startedAt,
    };
  });
  const waiting = queue.queued.filter(isShown).flatMap((deployment) => {
    const why = whyWaiting(queue, maxBuilding, deployment.id);
    return why ? [{ ...whatOf(deployment), canCancel: mayCancel(deployment), ...why }] : [];
  });
  return {
    running: await Promise.all(running),
    waiting,
    building: queue.running.filter(({ status }) => status === "building").length,
    maxBuilding,
  };
}

function placeName({ product, environment }: InstallationRef): string {
  return environment.name === "production" ? product.slug : `${product.slug} in ${environment.name}`;
}
