/**
 * Runs one call at a time for all who ask. Whoever asks while one is running gets the next one, which begins after they
 * asked and therefore knows what they know; they share it with everybody else who waits.
 */
export function createSharedCall<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;

  function begin(): Promise<T> {
    const mine = call();
    const over = mine.then(
      () => {},
      () => {},
    );
    running = over;
    void over.then(() => {
      if (running === over) running = null;
    });
    return mine;
  }

  return () => {
    if (next) return next;
    if (!running) return begin();
    next = running.then(() => {
      next = null;
      return begin();
    });
    return next;
  };
}
