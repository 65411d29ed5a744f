import { link } from "../async/linked-abort.ts";
import { createWakeUp } from "../async/wake-up.ts";
import type { Deployment } from "../model/deployment/deployment.ts";
import type { Clock } from "../ports/clock.ts";
import { type DeploymentReport, type Forge, ForgeUnavailable, type ReportReceipt } from "../ports/forge.ts";
import type { Log } from "../ports/log.ts";
import type { DueReport } from "../ports/store/reports.ts";
import type { Store } from "../ports/store/store.ts";

const lookEveryMs = 30_000;
/** Events of a deployment come in bursts, so a report waits this long for the next one. */
const calmMs = 300;
const atOnce = 20;
const firstPauseMs = 5_000;
const longestPauseMs = 60 * 60_000;
/** The longest that a forge's request to back off is honoured. */
const longestWaitMs = 24 * 60 * 60_000;
/** About six hours of retries. Nobody waits for a report after that. */
const maxTries = 15;

/** Reports deployments to forges in the background. A failure affects nothing else and is retried. */
export interface Reporter {
  start(): void;
  stop(): Promise<void>;
}

interface ReporterNeeds {
  readonly store: Store;
  readonly forges: readonly Forge[];
  readonly clock: Clock;
  readonly log: Log;
  /** URLs as people type them. */
  readonly pageOf: (deployment: number) => string;
  readonly urlOf: (host: string) => string;
}

export function createReporter(needs: ReporterNeeds): Reporter {
  const { store, clock, log } = needs;
  const stopping = new AbortController();
  const { signal } = stopping;
  const news = createWakeUp(clock);
  let loop: Promise<void> | null = null;
  let unsubscribe = () => {};

  return {
    start() {
      unsubscribe = store.events.subscribeAll(news.wake);
      loop ??= work();
    },
    async stop() {
      unsubscribe();
      stopping.abort(new Error("the server stops"));
      await loop;
    },
  };

  async function work(): Promise<void> {
    while (!signal.aborted) {
      try {
        const due = await store.reports.due(clock.now(), atOnce);
        const recorded = [];
        for (const one of due) recorded.push(await reportOrPutOff(needs, one, signal));
        // More reports are due now. If nothing could be recorded, the same ones would come again at once.
        if (due.length === atOnce && recorded.includes(true)) continue;
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, "reporting to forges failed; it will be retried");
      }
      await news.next(lookEveryMs, signal).catch(() => {});
      await clock.sleep(calmMs, signal).catch(() => {});
    }
  }
}

/**
 * Resolves with whether the outcome was recorded. A failure of one report neither stops the others nor puts it first in
 * line the next time.
 */
async function reportOrPutOff(needs: ReporterNeeds, due: DueReport, signal: AbortSignal): Promise<boolean> {
  const { store, clock, log } = needs;
  try {
    await report(needs, due, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    const { deployment, state, receipt } = due;
    log.error({ err: error, deployment }, "a bug in Baton kept it from reporting to a forge");
    const message = "Baton could not report to the forge because of a bug; its log has the details";
    const nextTryAt = nextTry(clock, due.tries + 1, null);
    try {
      await store.reports.failed(deployment, { state, message, nextTryAt, receipt });
      return true;
    } catch (cause) {
      log.warn({ err: cause, deployment }, "a failed report to a forge could not be recorded");
      return false;
    }
  }
}

async function report(needs: ReporterNeeds, due: DueReport, signal: AbortSignal): Promise<void> {
  const { store, forges, clock, log } = needs;
  const { deployment, state } = due;
  const content = await reportOf(needs, due);
  const { token } = await store.sources.credentials(due.product);
  const forge = content && forges.find((one) => one.isHomeOf(content.repository));
  // Without a forge or a token nothing can be reported, which settles it.
  const outcome =
    forge && token !== null
      ? await attempt({ forge, log }, content, token, signal)
      : (content?.receipt ?? { deployment: null });
  if (!(outcome instanceof ForgeUnavailable)) return store.reports.reported(deployment, state, outcome);
  const { message, receipt } = outcome;
  const nextTryAt = nextTry(clock, due.tries + 1, outcome.retryAfterMs);
  log.info({ deployment, nextTryAt }, message);
  await store.reports.failed(deployment, { state, message, nextTryAt, receipt });
}

/** A bug in one report must not stop the others. */
async function attempt(
  { forge, log }: { readonly forge: Forge; readonly log: Log },
  content: DeploymentReport,
  token: string,
  signal: AbortSignal,
): Promise<ReportReceipt | ForgeUnavailable> {
  try {
    using call = link(signal);
    return await forge.report(content, token, call.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForgeUnavailable) return error;
    log.error({ err: error, forge: forge.name }, "a bug in Baton kept it from reporting to a forge");
    return new ForgeUnavailable(`Baton could not report to ${forge.title} because of a bug; its log has the details`);
  }
}

function nextTry(clock: Clock, tries: number, retryAfterMs: number | null): Date | null {
  if (tries >= maxTries) return null;
  const pauseMs = Math.max(
    Math.min(longestWaitMs, retryAfterMs ?? 0),
    Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)),
  );
  return new Date(clock.now().getTime() + pauseMs);
}

async function reportOf(
  { store, pageOf, urlOf }: ReporterNeeds,
  { deployment: deploymentId, ...due }: DueReport,
): Promise<DeploymentReport | null> {
  const deployment = await store.deployments.get(deploymentId);
  const installed = deployment && (await store.installations.installedProduct(deployment.installationId));
  const repository = installed?.product.repository ?? null;
  if (!installed || repository === null) return null;
  const { product, environment } = installed;
  const { reports: wanted } = await store.sources.get(product.id);
  const [route] = deployment.status === "ready" ? deployment.spec.routes : [];
  return {
    ...{ wanted, commit: due.commit, state: due.state, receipt: due.receipt, branch: deployment.ref },
    repository,
    product: product.slug,
    environment: environment.name,
    isProduction: environment.name === "production",
    number: deployment.number,
    text: textOf(deployment),
    page: pageOf(deployment.id),
    url: route ? urlOf(route.host) : null,
  };
}

function textOf(deployment: Deployment): string {
  switch (deployment.status) {
    case "queued":
      return "Waiting to be built";
    case "building":
      return "Building";
    case "deploying":
      return deployment.step === "watch" ? "Live, still being watched" : "Starting and checking";
    case "ready":
      return "Live";
    case "failed":
      return `Failed (${deployment.failure.stage}): ${deployment.failure.message}`;
    case "stopped":
      return deployment.reason;
  }
}
