import type { Clock } from "../../../ports/clock.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import { PullFailed } from "../../../ports/engine/images.ts";
import { withoutSilence } from "../../record/without-silence.ts";
import { note, type ReportProgress } from "./base-image-messages.ts";

/**
 * Resolves with true when the daemon has the image now, and false when it cannot be pulled, which is remembered for a
 * while.
 */
export type HaveOfficial = (reference: string, report: ReportProgress, signal: AbortSignal) => Promise<boolean>;

/** A registry that is silent for so long counts as unreachable. One that is slow but sends data may take its time. */
const pullSilenceMs = 60_000;
const failureRememberedMs = 10 * 60_000;

export function createOfficialImages(needs: {
  readonly engine: Pick<Engine, "pull" | "inspectImage">;
  readonly clock: Clock;
}): HaveOfficial {
  const { engine, clock } = needs;
  /** By reference, or for all references when no registry responded. */
  const failures = new Map<string, { readonly why: string; readonly atMs: number }>();

  function recentFailure(reference: string) {
    const nowMs = clock.monotonicMs();
    const known = [failures.get(anyReference), failures.get(reference)];
    return known.find((failure) => failure && nowMs - failure.atMs < failureRememberedMs);
  }

  async function pull(reference: string, report: ReportProgress, signal: AbortSignal): Promise<void> {
    const noAnswer = () => new PullFailed("the registry is not responding", "unreachable");
    await withoutSilence(
      { clock, silenceMs: pullSilenceMs, reason: noAnswer },
      async (heard, unlessSilent) => {
        const onOutput: ReportProgress = (output) => {
          heard();
          report(output);
        };
        await engine.pull(reference, onOutput, unlessSilent);
      },
      signal,
    );
  }

  return async (reference, report, signal) => {
    if (await engine.inspectImage(reference, signal)) return true;
    const failure = recentFailure(reference);
    if (failure) {
      report(note(`${reference} was not pulled again: a recent attempt failed (${failure.why})`));
      return false;
    }
    try {
      await pull(reference, report, signal);
      failures.clear();
      return true;
    } catch (error) {
      if (!(error instanceof PullFailed)) throw error;
      const why = reasons[error.reason] ?? error.message;
      failures.set(error.reason === "unreachable" ? anyReference : reference, { why, atMs: clock.monotonicMs() });
      report(note(`${reference} cannot be pulled (${why})`));
      return false;
    }
  };
}

const anyReference = "*";

const reasons: Readonly<Record<PullFailed["reason"], string | null>> = {
  unreachable: "no registry is responding",
  missing: "the registry does not have it",
  denied: "the registry requires credentials",
  other: null,
};
