import type { Clock } from "../../ports/clock.ts";

/** Runs something for as long as it lets hear of itself. After `silenceMs` without a sound its signal is aborted with `reason()`. */
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
  // It ends by being aborted, when what it watches is over.
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
