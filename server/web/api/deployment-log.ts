import { harmlessText } from "../../../views/terminal-text.ts";
import type { Deployment } from "../../model/deployment.ts";
import { specOf } from "../../model/deployment.ts";
import type { DeploymentEvent } from "../../model/event.ts";
import { logText } from "../../rules/narrate.ts";
import type { WebContext, WebNeeds } from "../needs.ts";
import { answerWithText } from "../text-stream.ts";

const pageSize = 500;

/** The whole log of a deployment so far, page by page, so that a long one is never held in memory. */
export function streamDeploymentLog(
  c: WebContext,
  needs: Pick<WebNeeds, "store" | "clock" | "log" | "closing">,
  deployment: Deployment,
  filter: { readonly stack?: string | undefined; readonly service?: string | undefined },
): Response {
  const wanted = servicesWanted(deployment, filter);
  return answerWithText(c, needs, async (write) => {
    for (let after = 0; ; ) {
      const events = await needs.store.events.read(deployment.id, after, pageSize);
      await write(
        events
          .filter((event) => !wanted || concerns(event, wanted))
          .map((event) => harmlessText(logText(event)))
          .join(""),
      );
      after = events.at(-1)?.seq ?? after;
      if (events.length < pageSize) return;
    }
  });
}

/** Null: everything. */
function servicesWanted(
  deployment: Deployment,
  { stack, service }: { readonly stack?: string | undefined; readonly service?: string | undefined },
): ReadonlySet<string> | null {
  if (service !== undefined) return new Set([service]);
  if (stack === undefined) return null;
  const spec = specOf(deployment);
  // Until the images exist nothing is said about one stack alone.
  if (!spec) return null;
  const found = spec.stacks.find(({ name }) => name === stack);
  return new Set(found?.services.map(({ name }) => name));
}

function concerns(event: DeploymentEvent, services: ReadonlySet<string>): boolean {
  return (event.type === "log" || event.type === "check") && event.service !== null && services.has(event.service);
}
