/**
 * A signal that aborts with its parent or after a time limit; disposing it releases both. It does not use
 * AbortSignal.any, for the reason that linked-abort.ts gives.
 */
export function deadline(parent: AbortSignal, timeoutMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`No response in ${timeoutMs} ms`, "TimeoutError")),
    timeoutMs,
  );
  parent.addEventListener("abort", follow, { once: true });
  if (parent.aborted) follow();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener("abort", follow);
    },
  };
}
