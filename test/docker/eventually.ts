import { vi } from "vitest";

/** Retries until it does not throw. The limit is generous, because other tests may keep the machine busy. */
export function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  return vi.waitFor(attempt, { timeout: timeoutMs, interval: 50 });
}
