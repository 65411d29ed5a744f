import { plainText } from "../../../../views/text/terminal-text.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../../model/deployment/event.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { withoutOutput } from "../../../rules/access/hidden-output.ts";
import { logText } from "../../../rules/wording/render-event.ts";
import { triggerText } from "../../../rules/wording/trigger-text.ts";
import type { WebAdapters } from "../../adapters.ts";
import { Problem } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { eventPages } from "../../streams/follow-events.ts";
import { answerWithText } from "../../streams/text-stream.ts";

interface Filter {
  readonly stack?: string | undefined;
  readonly service?: string | undefined;
}

type Needs = Pick<WebAdapters, "store" | "clock" | "log" | "closing">;

/**
 * Streams the whole log of a deployment so far, page by page, so that a long log is never held in memory. `isHidden`:
 * without what services printed.
 */
export async function streamDeploymentLog(
  c: WebContext,
  needs: Needs,
  { deployment, isHidden }: { readonly deployment: Deployment; readonly isHidden: boolean },
  filter: Filter,
): Promise<Response> {
  const wanted = await servicesWanted(needs.store, deployment, filter);
  const source = deployment.sourceId === null ? null : await needs.store.deployments.get(deployment.sourceId);
  return answerWithText(c, needs, async (write) => {
    const trigger = triggerText(deployment, source?.number ?? null);
    if (!wanted) await write(plainText(`${deployment.createdAt.toISOString()} ==> ${trigger}\n`));
    for await (const events of eventPages(needs.store, deployment.id)) {
      await write(
        events
          .filter((event) => !wanted || concerns(event, wanted))
          .map((event) => (isHidden ? withoutOutput(event) : event))
          .map((event) => plainText(logText(event)))
          .join(""),
      );
    }
  });
}

/** Null means all services. Throws a Problem (404) if the deployment has no such stack or service. */
async function servicesWanted(
  store: ReadStore,
  deployment: Deployment,
  { stack, service }: Filter,
): Promise<ReadonlySet<string> | null> {
  if (stack === undefined && service === undefined) return null;
  const spec = specOf(deployment);
  if (!spec) {
    // Until the images exist, no event is about a single stack.
    if (service === undefined) return null;
    const heardOf = await servicesHeardOf(store, deployment);
    if (!heardOf.has(service)) throw missing(deployment, `service "${service}" yet`, [...heardOf]);
    return new Set([service]);
  }
  const stacks = spec.stacks.filter(({ name }) => stack === undefined || name === stack);
  if (stacks.length === 0) {
    const names = spec.stacks.map(({ name }) => name);
    throw missing(deployment, `stack "${stack}"`, names);
  }
  const services = servicesOf({ stacks }).map(({ name }) => name);
  if (service === undefined) return new Set(services);
  if (!services.includes(service)) throw missing(deployment, `service "${service}"`, services);
  return new Set([service]);
}

async function servicesHeardOf(store: ReadStore, deployment: Deployment): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const events of eventPages(store, deployment.id)) {
    for (const event of events) if ("service" in event && event.service !== null) names.add(event.service);
  }
  return names;
}

function missing({ number }: Deployment, what: string, names: readonly string[]): Problem {
  const there = names.length === 0 ? "" : `: there is ${names.join(", ")}`;
  return new Problem(404, "not_found", `deployment ${number} has no ${what.slice(0, 100)}${there}`);
}

function concerns(event: DeploymentEvent, services: ReadonlySet<string>): boolean {
  return (event.type === "log" || event.type === "check") && event.service !== null && services.has(event.service);
}
