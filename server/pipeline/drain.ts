import type { HostAddress } from "../model/names/host-address.ts";
import { ProxyUnavailable } from "../ports/proxy.ts";
import type { PipelineContext } from "./context.ts";

const lookEveryMs = 200;
/** One zero may fall between two requests of a keep-alive connection. */
const zerosNeeded = 2;

/**
 * Waits until nothing is answered at these addresses any more, at most `limitMs`. Resolves with how many requests were left
 * then; null when the proxy could not say, and the whole limit was waited. `onRemaining` hears of every other number, but
 * for a zero that nothing came before.
 */
export async function drain(
  { proxy, clock }: Pick<PipelineContext, "proxy" | "clock">,
  addresses: readonly HostAddress[],
  limitMs: number,
  onRemaining: (remaining: number) => Promise<void>,
  signal: AbortSignal,
): Promise<number | null> {
  const deadlineMs = clock.monotonicMs() + limitMs;
  let told: number | null = null;
  for (let zeros = 0; zeros < zerosNeeded && clock.monotonicMs() < deadlineMs; ) {
    const remaining = await requestsLeft({ proxy }, addresses, signal);
    if (remaining !== null && remaining !== told && (remaining > 0 || told !== null)) {
      await onRemaining(remaining);
      told = remaining;
    }
    zeros = remaining === 0 ? zeros + 1 : 0;
    await clock.sleep(lookEveryMs, signal);
  }
  return told;
}

/** Null when the proxy cannot say: then the whole drain limit is waited. */
async function requestsLeft(
  { proxy }: Pick<PipelineContext, "proxy">,
  addresses: readonly HostAddress[],
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const counts = await Promise.all(addresses.map((address) => proxy.inFlight(address, signal)));
    return counts.reduce((sum, count) => sum + count, 0);
  } catch (error) {
    if (error instanceof ProxyUnavailable) return null;
    throw error;
  }
}
