/**
 * Whoever copies or replaces an installation's data takes its turn: two at once would read halves, or let containers go
 * on that the other one needs frozen.
 */
export interface Turns<Key> {
  /** Waits until nobody has the turn, in the order of asking. Rejects with the signal's reason. */
  take(key: Key, signal: AbortSignal): Promise<Disposable>;
  isTaken(key: Key): boolean;
}
