import { type HostState, hostState } from "../../rules/routing/host-state.ts";
import { isServedPlain } from "../../rules/routing/urls.ts";
import type { WebAdapters } from "../adapters.ts";

/** A page that is open looks again this often; DNS itself changes by the minute. */
const keptMs = 10_000;

/** Hosts that are looked up for one page at the most. */
const maxKept = 1_000;

export interface HostStates {
  /** How far this host is on its way to being served. `isPlain`: without a certificate. */
  of(host: string, isPlain: boolean, signal: AbortSignal): Promise<HostState>;
}

/** Looks hosts up, once for all who ask within ten seconds. */
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
      // Not the asker's signal: others wait for the same answer, and it has time limits of its own.
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
