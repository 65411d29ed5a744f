import { setMaxListeners } from "node:events";

export interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  /** Rejects with the reason when aborted. */
  readonly rejection: Promise<never>;
  now(reason: Error): void;
}

/**
 * A controller whose signal follows `parent` until it is disposed. Use it for parents that live as long as the server:
 * for each AbortSignal.any, Node 20 leaves 70 bytes on the source signals, and 1.2 KB when somebody listens. Where the
 * sources live no longer than the signal made of them, `any` does. Throws when the parent is aborted already.
 */
export function link(parent: AbortSignal): LinkedAbort {
  parent.throwIfAborted();
  // Any number of calls may be running for one reason; Node takes more than ten listeners for a leak.
  setMaxListeners(0, parent);
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  parent.addEventListener("abort", follow, { once: true });

  const rejection = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
  });
  rejection.catch(() => {});

  return {
    signal: controller.signal,
    rejection,
    now: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => parent.removeEventListener("abort", follow),
  };
}
