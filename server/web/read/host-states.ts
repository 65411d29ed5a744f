import { type HostState, hostState } from "../../rules/routing/host-state.ts";
import { isServedPlain } from "../../rules/routing/urls.ts";
import type { WebAdapters } from "../adapters.ts";

/** An open page refreshes a host's state this often. DNS itself changes within minutes. */
const keptMs = 10_000;

/** The most hosts whose states are kept. */
const maxKept = 1_000;

export interface HostStates {
  /** How far this host is from being served. `isPlain` means without a certificate. */
  of(host: string, isPlain: boolean, signal: AbortSignal): Promise<HostState>;
}

/** Looks hosts up, at most once in ten seconds for all callers. */
export function createHostStates(needs: Pick<WebAdapters, "reach" | "clock" | "httpsPort">): HostStates {
  const { reach, clock, httpsPort } = needs;
  const kept = new Map<string, { readonly atMs: number; readonly state: Promise<HostState> }>();

  return {
    async of(host, isPlain, signal) {
      signal.throwIfAborted();
      const nowMs = clock.monotonicMs();
      const known = kept.get(host);
      if (known && nowMs - known.atMs < keptMs) return known.state;
      if (kept.size >= maxKept) kept.clear();
      // Not the caller's signal: others wait for the same result, and the lookup has its own time limits.
      const state = look(host, isPlain).catch((): HostState => {
        kept.delete(host);
        return { tone: "wait", title: "Not checked", detail: "Baton could not look it up." };
      });
      kept.set(host, { atMs: nowMs, state });
      return state;
    },
  };

  async function look(host: string, isPlain: boolean): Promise<HostState> {
    const never = new AbortController().signal;
    const [dns, certificate] = await Promise.all([
      reach.lookUp(host, never),
      isPlain ? null : reach.certificate(host, httpsPort, never),
    ]);
    return hostState({ dns, certificate, own: reach.ownAddresses() });
  }
}

/** Whether the dashboard's own host is served without a certificate. */
export function isDashboardPlain({ publicUrl }: Pick<WebAdapters, "publicUrl">): boolean {
  return publicUrl.protocol !== "https:" || isServedPlain(publicUrl.hostname);
}
