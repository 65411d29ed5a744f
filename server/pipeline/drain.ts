import type { HostAddress } from "../model/names/host-address.ts";
import { ProxyUnavailable } from "../ports/proxy.ts";
import type { DeploymentContext } from "./context/context.ts";

const lookEveryMs = 200;
/** One zero may fall between two requests of a keep-alive connection. */
const zerosNeeded = 2;

type DrainContext = Pick<DeploymentContext, "proxy" | "clock" | "signal">;

/**
 * Waits until no request to these addresses is open, at most `limitMs`. Resolves with the number of requests that were
 * left; null when the proxy could not tell, in which case the whole limit was waited. `onRemaining` is called with
 * every new number, except a zero at the beginning.
 */
export async function drain(
  context: DrainContext,
  draining: {
    readonly addresses: readonly HostAddress[];
    readonly limitMs: number;
    readonly onRemaining: (remaining: number) => Promise<void>;
  },
): Promise<number | null> {
  const { clock, signal } = context;
  const { addresses, limitMs, onRemaining } = draining;
  const deadlineMs = clock.monotonicMs() + limitMs;
  let reported: number | null = null;
  for (let zeros = 0; zeros < zerosNeeded && clock.monotonicMs() < deadlineMs; ) {
    const remaining = await requestsLeft(context, addresses);
    if (remaining !== null && remaining !== reported && (remaining > 0 || reported !== null)) {
      await onRemaining(remaining);
      reported = remaining;
    }
    zeros = remaining === 0 ? zeros + 1 : 0;
    await clock.sleep(lookEveryMs, signal);
  }
  return reported;
}

/** Resolves with null when the proxy cannot tell. */
async function requestsLeft(
  { proxy, signal }: DrainContext,
  addresses: readonly HostAddress[],
): Promise<number | null> {
  try {
    const counts = await Promise.all(addresses.map((address) => proxy.inFlight(address, signal)));
    return counts.reduce((sum, count) => sum + count, 0);
  } catch (error) {
    if (error instanceof ProxyUnavailable) return null;
    throw error;
  }
}
