import {
  Announcement,
  announcementId,
  DeploymentOutcome,
  DeploymentSummary,
  outcomeId,
  summaryId,
} from "../../../../views/deployment/deployment-page.tsx";
import { Part } from "../../../../views/frame/live-region.tsx";
import { PageTitle } from "../../../../views/frame/page-title.tsx";
import { LogLines, logIncomingId } from "../../../../views/ui/output/log.tsx";
import { Steps, stepsId } from "../../../../views/ui/steps.tsx";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ProductSet } from "../../../rules/access/visible-products.ts";
import type { EventRenderer } from "../../streams/event-stream.ts";
import type { PageNeeds } from "../page.ts";
import { createNews } from "../system/news.ts";
import { deploymentView, readProgress } from "./deployment-view.ts";
import { logBlocks, ofStack } from "./log-blocks.ts";
import { progressAfter } from "./progress.ts";

/**
 * Sends a deployment's events to its page: adds new lines to the log, and replaces every other part that has changed.
 */
export async function createDeploymentUpdates(
  needs: PageNeeds,
  id: DeploymentId,
  from: number,
  reader: { readonly csrf: string | null; readonly stack: string | null; readonly visible: ProductSet },
): Promise<EventRenderer> {
  const { store, clock, catalog } = needs;
  const { csrf, stack } = reader;
  let { progress } = await readProgress(store, id, from);
  const shown = new Map<string, string>();

  return {
    goodbye: { event: "end", data: "" },
    aside: createNews(needs, clock.now(), reader.visible, () => false),

    async messages(events) {
      const { deployment, place } = await catalog.deployment(id);
      progress = events.reduce(progressAfter, progress);
      const view = await deploymentView(needs, deployment, place, progress, stack);
      const title = `${view.word} · ${view.slug} #${deployment.number}`;
      const parts = [
        { id: "title", element: PageTitle({ title }) },
        replace(summaryId, DeploymentSummary({ view, now: clock.now(), csrf })),
        replace(stepsId, Steps({ steps: view.steps })),
        replace(announcementId, Announcement({ view })),
        replace(outcomeId, DeploymentOutcome({ view, now: clock.now(), csrf })),
      ];
      const changed: string[] = [];
      for (const part of parts) {
        const html = String(await part.element.toString());
        if (shown.get(part.id) !== html) changed.push(html);
        shown.set(part.id, html);
      }
      const blocks = logBlocks(ofStack(events, deployment, stack), deployment.createdAt);
      if (blocks.length > 0) {
        const lines = Part({ target: logIncomingId, how: "append", children: LogLines({ blocks }) });
        changed.push(String(await lines.toString()));
      }
      return [{ id: String(progress.seq), data: changed.join("") }];
    },
  };
}

function replace(id: string, element: ReturnType<typeof Steps>) {
  return { id, element: Part({ target: id, how: "replace", children: element }) };
}
