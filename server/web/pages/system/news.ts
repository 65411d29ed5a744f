import { headline } from "../../../../views/deployment/version.tsx";
import { type Toast, ToastPart } from "../../../../views/frame/toast.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { isIn, type ProductSet } from "../../../rules/access/visible-products.ts";
import { stopText } from "../../../rules/wording/stop-text.ts";
import { visibleTo } from "../../access/visible.ts";
import type { Catalog, InstallationRef } from "../../read/catalog.ts";
import { endOf } from "../../read/deployment-end.ts";
import { type Aside, answerWithSnapshots } from "../../streams/state-stream.ts";
import type { PageNeeds } from "../page.ts";

/**
 * Reports to one page what happens to deployments elsewhere. Deployments that ended before `since` are not reported, and
 * only those of visible products are. `isShown` says that the page shows an installation anyway.
 */
export function createNews(
  { catalog }: { readonly catalog: Catalog },
  since: Date,
  visible: ProductSet,
  isShown: (place: InstallationRef) => boolean,
): Aside {
  let heard = new Set<DeploymentId>();
  const shown = new Set<string>();

  return {
    heard: (id) => void heard.add(id),
    async html() {
      const ids = heard;
      heard = new Set();
      const toasts: Toast[] = [];
      for (const id of ids) {
        // The deployment may have been deleted since.
        const found = await catalog.deployment(id).catch(() => null);
        const toast =
          found && isIn(visible, found.place.product.id) && !isShown(found.place)
            ? toastOf(found.deployment, found.place, since)
            : null;
        if (!toast || shown.has(`${id} ${toast.tone}`)) continue;
        shown.add(`${id} ${toast.tone}`);
        toasts.push(toast);
      }
      return toasts.length === 0 ? "" : String(await ToastPart({ toasts }).toString());
    },
  };
}

export function toastOf(deployment: Deployment, { product }: InstallationRef, since: Date): Toast | null {
  const when = endOf(deployment) ?? (deployment.status === "building" ? deployment.startedAt : null);
  if (!when || when < since) return null;
  const name = `${product.slug} #${deployment.number}`;
  const toast = (tone: Toast["tone"], text: string): Toast => ({ deploymentId: deployment.id, tone, text });
  switch (deployment.status) {
    case "building":
      return toast("busy", `${name} started: ${headline(deployment)}`);
    case "ready":
      return toast("good", `${name} is live: ${headline(deployment)}`);
    case "failed":
      return toast("bad", `${name} failed: ${deployment.failure.message}`);
    case "stopped":
      return toast("off", `${name}: ${stopText(deployment)}`);
    case "queued":
    case "deploying":
      return null;
  }
}

/** The stream for pages that have no stream of their own. */
export function createNewsStream(needs: PageNeeds) {
  const { endpoints, clock } = needs;
  return endpoints.router().on(routes.newsStream.get, (c) => {
    const news = createNews(needs, clock.now(), visibleTo(c), () => false);
    return answerWithSnapshots(c, needs, async () => ({ digest: nothing, html: "" }), { aside: news });
  });
}

/** The digest of a page that shows nothing live. */
const nothing = "-";
