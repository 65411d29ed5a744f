/** Starts work under a key, or joins work that is running under it. Several callers may wait for it. */
export type SharedWork<Result, Message> = (
  key: string,
  start: (report: (message: Message) => void, signal: AbortSignal) => Promise<Result>,
  onMessage: (message: Message) => void,
  signal: AbortSignal,
) => Promise<Result>;

interface Running<Result, Message> {
  readonly result: Promise<Result>;
  readonly listeners: Set<(message: Message) => void>;
  /** The messages so far, for callers that join later. */
  readonly said: Message[];
  readonly abort: AbortController;
  over: boolean;
}

const maxRemembered = 100;

/**
 * A caller that joins first gets the messages so far. Cancelling one caller does not affect the others; when the last
 * one is cancelled, the work is, too.
 */
export function createSharedWork<Result, Message>(): SharedWork<Result, Message> {
  const underWay = new Map<string, Running<Result, Message>>();

  function begin(key: string, start: Parameters<SharedWork<Result, Message>>[1]): Running<Result, Message> {
    const abort = new AbortController();
    const listeners = new Set<(message: Message) => void>();
    const said: Message[] = [];
    const report = (message: Message) => {
      if (said.length < maxRemembered) said.push(message);
      for (const listener of listeners) listener(message);
    };
    const running: Running<Result, Message> = {
      result: start(report, abort.signal),
      listeners,
      said,
      abort,
      over: false,
    };
    const end = () => {
      running.over = true;
      if (underWay.get(key) === running) underWay.delete(key);
    };
    // The callers get the failure; when none is left, it is ignored.
    running.result.then(end, end);
    underWay.set(key, running);
    return running;
  }

  return async (key, start, onMessage, signal) => {
    signal.throwIfAborted();
    const running = underWay.get(key) ?? begin(key, start);
    const listener = (message: Message) => onMessage(message);
    for (const message of running.said) listener(message);
    running.listeners.add(listener);
    try {
      return await unlessAborted(running.result, signal);
    } finally {
      running.listeners.delete(listener);
      if (running.listeners.size === 0 && !running.over) {
        // A new caller starts again rather than joining work that is being aborted.
        if (underWay.get(key) === running) underWay.delete(key);
        running.abort.abort(signal.reason);
      }
    }
  };
}

function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
