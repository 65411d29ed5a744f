import type { Principal } from "../../model/access/principal.ts";
import type { Deployment, Failure, Stage } from "../../model/deployment/deployment.ts";
import type { EventBody } from "../../model/deployment/event.ts";
import type { Product } from "../../model/product.ts";
import { allows } from "./permissions.ts";

/** The stages in which output is that of a service, and not of a build. */
const servicesRun: Readonly<Record<Stage, boolean>> = {
  ...{ fetch: false, plan: false, build: false },
  ...{ init: true, start: true, health: true, "cut-over": true, watch: true },
};

/** Whether what services print is hidden from somebody, also where it explains how a deployment went. */
export function hidesOutput(who: Principal, { id, hidesLogs }: Pick<Product, "id" | "hidesLogs">): boolean {
  return hidesLogs && !allows(who, "hidden-logs", id);
}

/** The event without the lines that services printed. It stays, because events are counted. */
export function withoutOutput<Event extends EventBody>(event: Event): Event {
  if (event.type === "failure") return { ...event, failure: failureWithoutOutput(event.failure) };
  const isOfService = event.type === "log" && (event.source === "init" || event.source === "container");
  return isOfService ? { ...event, lines: [] } : event;
}

export function deploymentWithoutOutput(deployment: Deployment): Deployment {
  if (deployment.status !== "failed") return deployment;
  return { ...deployment, failure: failureWithoutOutput(deployment.failure) };
}

/** The hint goes, too: it may quote a line. */
function failureWithoutOutput(failure: Failure): Failure {
  return servicesRun[failure.stage] ? { ...failure, hint: null, lastLines: [] } : failure;
}
