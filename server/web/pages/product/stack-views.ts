import type { StackOverview, StackView } from "../../../../views/product/stack-split.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { StackProgress } from "../../../model/deployment/event.ts";
import type { StackSpec } from "../../../model/deployment/spec.ts";
import { displayName } from "../../read/display-name.ts";
import type { Progress } from "../deployment/progress.ts";

/**
 * The stacks of a deployment as its page shows them side by side; null if there is only one. `specs` are the version's
 * stacks, if known. A stack without any event yet is pending.
 */
export function stackOverview(
  deployment: Deployment,
  progress: Pick<Progress, "stacks" | "initLogs">,
  specs: readonly StackSpec[],
  asked: string | null,
): StackOverview | null {
  const names = [...new Set([...specs, ...progress.stacks].map(({ name }) => name))];
  if (names.length < 2) return null;
  const reported = names.map((name) => progress.stacks.find((stack) => stack.name === name) ?? notBegun(name, specs));
  const stacks = reported.map((stack) => stackView(stack, reported, deployment, progress, specs));
  const isReady = deployment.status === "ready";
  const done = isReady ? stacks.length : stacks.filter(({ status }) => status === "running").length;
  return {
    stacks,
    chosen: chosenAmong(stacks, asked),
    isAsked: stacks.some(({ name }) => name === asked),
    done,
  };
}

function notBegun(name: string, specs: readonly StackSpec[]): StackProgress {
  const serviceCount = specs.find((stack) => stack.name === name)?.services.length ?? 0;
  return { name, status: "pending", phase: null, percent: 0, serviceCount, servicesDone: 0, currentService: null };
}

function stackView(
  stack: StackProgress,
  all: readonly StackProgress[],
  deployment: Deployment,
  { initLogs }: Pick<Progress, "initLogs">,
  specs: readonly StackSpec[],
): StackView {
  const services = specs.find(({ name }) => name === stack.name)?.services ?? [];
  const isReady = deployment.status === "ready" && stack.status !== "failed";
  return {
    ...stack,
    ...(isReady && { status: "running" as const, percent: 100, servicesDone: stack.serviceCount }),
    displayName: displayName(stack.name),
    message: stack.message ?? null,
    waitingFor: waitingFor(stack, all, deployment),
    services: services.map(({ name, kind }) => ({ name, kind })),
    initLog: initLogs.findLast((log) => services.some(({ name }) => name === log.service)) ?? null,
  };
}

function waitingFor(stack: StackProgress, all: readonly StackProgress[], deployment: Deployment): string | null {
  if (stack.status !== "pending") return null;
  if (deployment.status === "queued") return "Waiting for the deployment to start.";
  if (deployment.status === "failed" || deployment.status === "stopped") return "Not started.";
  const busy = all.filter(({ status }) => status === "deploying" || status === "removing").map(({ name }) => name);
  return busy.length === 0 ? "Waiting for its turn." : `Waiting for ${busy.map(displayName).join(" and ")}.`;
}

/** If the user has not chosen a stack, shows the one that failed first, or else the one in progress. */
function chosenAmong(stacks: readonly StackView[], asked: string | null): string {
  const found =
    stacks.find(({ name }) => name === asked) ??
    stacks.find(({ status, message }) => status === "failed" && !message?.startsWith("rolled back")) ??
    stacks.find(({ status }) => status === "removing" || status === "deploying") ??
    stacks.find(({ status }) => status === "pending") ??
    stacks[0];
  return found?.name ?? "";
}
