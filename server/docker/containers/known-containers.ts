import type Docker from "dockerode";
import { link } from "../../async/linked-abort.ts";
import { createSharedCall } from "../../async/shared-call.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { readMessages } from "../build/json-stream.ts";
import type { Daemon } from "../host/daemon.ts";
import { createRecentDeaths, type DeathMessage, type RecentDeaths, rememberedMs } from "./recent-deaths.ts";

/** The requests that read containers from the daemon. */
interface Reads {
  readonly daemon: Daemon;
  /** The filters of this instance's containers, for lists and for events. */
  readonly labels: readonly string[];
  /** All of this instance's containers, newest first, as the daemon lists them. */
  list(signal: AbortSignal): Promise<readonly Docker.ContainerInfo[]>;
  /** These containers' states, without those that do not exist any more. */
  inspect(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ContainerState>>;
}

export interface KnownContainers {
  /** All containers, newest first. The same array as before while nothing has changed. */
  all(signal: AbortSignal): Promise<readonly ContainerState[]>;
  /** Call it when this Baton has changed a container, because the daemon's own message may arrive later. */
  touch(id: string): void;
}

/** Messages about what somebody does in a container or reads from it. Health checks cause three of them at each run. */
const harmless = /^(?:exec_|attach|detach|top$|resize|export|commit|copy|archive-path|extract-to-dir)/;

/**
 * The daemon drops messages for a reader that is too slow, so what is known is compared with its list this often. A
 * list costs as much as ten inspections, however many containers there are.
 */
const compareEveryMs = 60_000;

/**
 * Keeps all containers in memory, and inspects only those that the daemon's events name. Without it, each look at a
 * thousand containers would inspect them all, which takes seconds of CPU. When the daemon goes away, everything is read
 * again. It ends, and frees its connection, when `closing` aborts.
 */
export function createKnownContainers(reads: Reads, closing: AbortSignal): KnownContainers {
  /** Oldest first, so that a new one can be appended. */
  let known = new Map<string, Known>();
  let all: readonly ContainerState[] = [];
  let stale = new Set<string>();
  let isFollowing = false;
  let comparedMs = Number.NEGATIVE_INFINITY;
  const deaths = createRecentDeaths();
  const withDeaths = (state: ContainerState) => ({ ...state, deaths: deaths.of(state.id) });

  const refresh = createSharedCall(async (): Promise<readonly ContainerState[]> => {
    if (!isFollowing) await begin();
    else if (performance.now() - comparedMs > compareEveryMs) await compare();
    await readStale();
    return all;
  });

  async function begin(): Promise<void> {
    const beganMs = Date.now();
    const events = await openEvents(reads, beganMs, closing);
    isFollowing = true;
    known = new Map();
    [stale, all] = [new Set(), []];
    comparedMs = Number.NEGATIVE_INFINITY; // Until a comparison has succeeded, each look tries again.
    void follow(events, beganMs); // From here on every change is named, so what is read later misses none.
    await compare();
  }

  async function follow(events: AsyncIterable<Buffer>, sinceMs: number): Promise<void> {
    try {
      for await (const message of readMessages<DeathMessage>(events)) {
        const id = message && changedBy(message, deaths, { sinceMs, isKnown: (one) => known.has(one) });
        if (id) stale.add(id);
      }
    } catch {
      // The daemon has gone away: the next look begins anew, and says so if the daemon still does not answer.
    } finally {
      isFollowing = false;
    }
  }

  async function compare(): Promise<void> {
    const listed = await reads.list(closing);
    comparedMs = performance.now();
    const there = new Map(listed.toReversed().map((container) => [container.Id, looksOf(container)]));
    for (const id of known.keys()) if (!there.has(id)) stale.add(id);
    for (const [id, looks] of there) if (known.get(id)?.looks !== looks) stale.add(id);
    deaths.keepOnly(new Set(there.keys()));
    for (const [id, looks] of there) known.set(id, { state: known.get(id)?.state ?? null, looks });
  }

  async function readStale(): Promise<void> {
    if (stale.size === 0) return;
    const ids = stale;
    stale = new Set();
    try {
      const states = await reads.inspect([...ids], closing);
      for (const id of ids) {
        const state = states.get(id);
        if (state) known.set(id, { looks: known.get(id)?.looks ?? "", state: withDeaths(state) });
        else known.delete(id);
      }
      all = [...known.values()].flatMap(({ state }) => state ?? []).reverse();
    } catch (error) {
      for (const id of ids) stale.add(id);
      throw error;
    }
  }

  return {
    async all(signal) {
      using waiting = link(signal);
      return Promise.race([refresh(), waiting.rejection]);
    },
    touch: (id) => void stale.add(id),
  };
}

/** The daemon repeats its last messages: a crash loop that began while no Baton listened is known at once. */
function openEvents({ daemon, labels }: Reads, nowMs: number, closing: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const filters = JSON.stringify({ type: ["container"], label: labels });
  const query = { filters, since: Math.floor((nowMs - rememberedMs) / 1000) };
  return daemon.open({ method: "GET", path: "/events", query }, closing);
}

/** The container that must be read again for this message. Null when none must. */
function changedBy(
  message: DeathMessage,
  deaths: RecentDeaths,
  { sinceMs, isKnown }: { readonly sinceMs: number; readonly isKnown: (id: string) => boolean },
): string | null {
  const { Action: action = "", Actor: actor, timeNano } = message;
  if (!actor || harmless.test(action)) return null;
  const tellsOfDeath = deaths.hear(message);
  // What happened before the list was read is in the list, but for how earlier runs ended.
  const isOld = timeNano !== undefined && timeNano / 1e6 < sinceMs;
  return !isOld || (tellsOfDeath && isKnown(actor.ID)) ? actor.ID : null;
}

interface Known {
  /** Summarises what the list said when it was last compared; see `looksOf`. */
  readonly looks: string;
  /** Null until it has been inspected. */
  readonly state: ContainerState | null;
}

/** Summarises what a list says about a container and an inspection repeats, but not its age, which always changes. */
function looksOf({ State: state, Status: status }: Docker.ContainerInfo): string {
  const said = /\((?:healthy|unhealthy|health: starting|Paused)\)|^\w+ \(\d+\)/.exec(status)?.[0] ?? "";
  return `${state} ${said}`;
}
