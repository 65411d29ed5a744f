import type { Clock } from "../../ports/clock.ts";

/**
 * Runs something for as long as it keeps sending. After `silenceMs` without a sign its signal is aborted with
 * `reason()`.
 */
export async function withoutSilence<Result>(
  limit: { readonly clock: Clock; readonly silenceMs: number; readonly reason: () => Error },
  run: (heard: () => void, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { clock, silenceMs } = limit;
  const silent = new AbortController();
  const over = new AbortController();
  let heardMs = clock.monotonicMs();

  const watch = async () => {
    for (;;) {
      const leftMs = heardMs + silenceMs - clock.monotonicMs();
      if (leftMs <= 0) return silent.abort(limit.reason());
      await clock.sleep(leftMs, over.signal);
    }
  };
  // This wait ends by being aborted when the work is over.
  watch().catch(() => undefined);
  try {
    return await run(
      () => {
        heardMs = clock.monotonicMs();
      },
      AbortSignal.any([signal, silent.signal]),
    );
  } finally {
    over.abort();
  }
}
