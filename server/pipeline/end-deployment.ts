import type { Deployment, Failure, Running } from "../model/deployment/deployment.ts";
import { EngineRefused, EngineUnavailable } from "../ports/engine/engine.ts";
import type { Log } from "../ports/log.ts";
import { StoreUnavailable } from "../ports/store/store.ts";
import { redactError } from "../rules/wording/redact-error.ts";
import type { DeploymentContext } from "./context/context.ts";
import { Cancelled, DeploymentFailed, Fenced, Suspended } from "./deployment-failed.ts";
import type { Journal } from "./record/journal.ts";
import { untilStored } from "./record/until-stored.ts";
import { type RollBackCause, rollBack } from "./roll-back.ts";

const readTimeoutMs = 600_000;

/** Rolls a deployment back after any error, unless the server stops or another one has taken it over. */
export async function endDeployment(context: DeploymentContext, error: unknown, log: Log): Promise<void> {
  const { deployment, journal, store, clock, signal } = context;
  if (signal.aborted && signal.reason instanceof Suspended) return;
  const now = await untilStored(clock, clock.timeout(readTimeoutMs), () => store.deployments.get(deployment.id));
  if (!now || !isSameAttempt(now, deployment)) return;
  const isCancelled = error instanceof Fenced || (signal.aborted && signal.reason instanceof Cancelled);
  if (isCancelled) journal.note("Cancelled: undoing the changes");
  await rollBack(context, now, isCancelled ? { type: "cancelled" } : outcomeOf(error, now, { log, journal }));
}

function isSameAttempt(now: Deployment, { attempt }: Running): now is Running {
  return (now.status === "building" || now.status === "deploying") && now.attempt === attempt;
}

function outcomeOf(
  error: unknown,
  now: Running,
  { log, journal }: { readonly log: Log; readonly journal: Journal },
): RollBackCause {
  if (error instanceof DeploymentFailed) return { type: "failed", failure: error.failure };
  const stage = now.status === "building" ? "build" : now.step;
  if (!(error instanceof EngineUnavailable || error instanceof StoreUnavailable))
    log.error({ err: redactError(error, journal.redact), deployment: now.id }, "a deployment failed unexpectedly");
  const { failure } = new DeploymentFailed({ stage, ...unexpected(error) });
  return { type: "failed", failure };
}

function unexpected(error: unknown): Pick<Failure, "message" | "hint"> {
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineUnavailable) {
    return { message: `Docker is not responding: ${words}`, hint: "Start Docker again, then deploy again." };
  }
  if (error instanceof StoreUnavailable) {
    return {
      message: words,
      hint: "Deploy again once it responds: Baton's log and the System page say whether it does.",
    };
  }
  if (error instanceof EngineRefused) {
    const hint = "This is Docker's own message; its log (journalctl -u docker) may say more. Deploying again may work.";
    return { message: `Docker refused: ${words}`, hint };
  }
  if (isDiskFull(error)) {
    return {
      message: "The disk is full: Baton could not write to its data folder",
      hint: "Free some space, then deploy again. The System page says how much is free and what Docker uses.",
    };
  }
  return {
    message: `Baton could not continue: ${words}`,
    hint: "This is probably a bug in Baton. Its log has the details; deploying again may work.",
  };
}

/** Full, or the account's share of it is. */
const isDiskFull = (error: unknown) =>
  error instanceof Error && "code" in error && /^(?:ENOSPC|EDQUOT)$/.test(String(error.code));
