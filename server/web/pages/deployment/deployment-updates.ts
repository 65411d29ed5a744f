import {
  Announcement,
  announcementId,
  DeploymentOutcome,
  DeploymentSummary,
  outcomeId,
  summaryId,
} from "../../../../views/deployment/deployment-page.tsx";
import type { Reader } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { PageTitle } from "../../../../views/frame/page-title.tsx";
import { LogLines, logIncomingId } from "../../../../views/ui/output/log.tsx";
import { Steps, stepsId } from "../../../../views/ui/steps.tsx";
import type { Principal } from "../../../model/access/principal.ts";
import type { DeploymentEvent } from "../../../model/deployment/event.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import { deploymentWithoutOutput, hidesOutput, withoutOutput } from "../../../rules/access/hidden-output.ts";
import type { ProductSet } from "../../../rules/access/visible-products.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import type { EventRenderer } from "../../streams/event-stream.ts";
import type { PageNeeds } from "../page.ts";
import { createNews } from "../system/news.ts";
import { deploymentView, readProgress } from "./deployment-view.ts";
import { logBlocks, ofStack } from "./log-blocks.ts";
import { type Progress, progressAfter } from "./progress.ts";

/**
 * Sends a deployment's events to its page: adds new lines to the log, and replaces every other part that has changed.
 */
export async function createDeploymentUpdates(
  needs: PageNeeds,
  id: DeploymentId,
  from: number,
  asked: {
    readonly reader: Reader;
    readonly who: Principal;
    readonly stack: string | null;
    readonly visible: ProductSet;
  },
): Promise<EventRenderer> {
  const { store, clock, catalog } = needs;
  const { reader, stack } = asked;
  const { product } = (await catalog.deployment(id)).place;
  let { progress } = await readProgress(store, id, hidesOutput(asked.who, product), from);
  const shown = new Map<string, string>();

  return {
    goodbye: { event: "end", data: "" },
    aside: createNews(needs, clock.now(), asked.visible, () => false),

    async messages(heard) {
      const place = await sharedPlace(heard, () => catalog.deployment(id));
      const isHidden = hidesOutput(asked.who, place.product);
      const events = isHidden ? heard.map(withoutOutput) : heard;
      progress = events.reduce(progressAfter, progress);
      const { view, lines } = await shared(heard, `${id} ${stack} ${isHidden}`, () =>
        lookAt(needs, id, { events, progress, stack, isHidden }),
      );
      const title = `${view.word} · ${view.slug} #${view.deployment.number}`;
      const parts = [
        { id: "title", element: PageTitle({ title }) },
        replace(summaryId, DeploymentSummary({ view, now: clock.now(), reader })),
        replace(stepsId, Steps({ steps: view.steps })),
        replace(announcementId, Announcement({ view })),
        replace(outcomeId, DeploymentOutcome({ view, now: clock.now(), reader })),
      ];
      const changed: string[] = [];
      for (const part of parts) {
        const html = String(await part.element.toString());
        if (shown.get(part.id) !== html) changed.push(html);
        shown.set(part.id, html);
      }
      if (lines !== "") changed.push(lines);
      return [{ id: String(progress.seq), data: changed.join("") }];
    },
  };
}

interface Look {
  readonly view: Awaited<ReturnType<typeof deploymentView>>;
  /** The new lines of the log, as a part of the message; empty when there are none. */
  readonly lines: string;
}

/** What readers of the same batch of events share. A batch is forgotten with its last reader. */
const looks = new WeakMap<readonly DeploymentEvent[], Map<string, Promise<Look>>>();

function shared(events: readonly DeploymentEvent[], key: string, look: () => Promise<Look>): Promise<Look> {
  const known = looks.get(events) ?? new Map<string, Promise<Look>>();
  looks.set(events, known);
  const found = known.get(key) ?? look();
  known.set(key, found);
  return found;
}

/** Where the deployment is, read once for a batch: whether the product hides its logs may change meanwhile. */
const places = new WeakMap<readonly DeploymentEvent[], Promise<InstallationRef>>();

function sharedPlace(
  events: readonly DeploymentEvent[],
  read: () => Promise<{ readonly place: InstallationRef }>,
): Promise<InstallationRef> {
  const found = places.get(events) ?? read().then(({ place }) => place);
  places.set(events, found);
  return found;
}

async function lookAt(
  needs: PageNeeds,
  id: DeploymentId,
  after: {
    readonly events: readonly DeploymentEvent[];
    readonly progress: Progress;
    readonly stack: string | null;
    /** Whether what services print is hidden from the readers. */
    readonly isHidden: boolean;
  },
): Promise<Look> {
  const { events, progress, stack, isHidden } = after;
  const { deployment: found, place } = await needs.catalog.deployment(id);
  const deployment = isHidden ? deploymentWithoutOutput(found) : found;
  const view = await deploymentView(needs, deployment, place, progress, stack);
  const blocks = logBlocks(ofStack(events, deployment, stack), deployment.createdAt);
  const part = Part({ target: logIncomingId, how: "append", children: LogLines({ blocks }) });
  return { view, lines: blocks.length === 0 ? "" : String(await part.toString()) };
}

function replace(id: string, element: ReturnType<typeof Steps>) {
  return { id, element: Part({ target: id, how: "replace", children: element }) };
}
