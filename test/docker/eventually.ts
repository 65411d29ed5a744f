import { vi } from "vitest";

/** Tries until it does not throw. Patient, because the machine may be busy with other tests. */
export function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  return vi.waitFor(attempt, { timeout: timeoutMs, interval: 50 });
}
