import type { Death } from "../../ports/engine/containers.ts";

/** The part of the daemon's message about a container that tells of its end. */
export interface DeathMessage {
  readonly Action?: string;
  readonly Actor?: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
  /** When it happened, in nanoseconds since 1970: larger than a number holds exactly, but a millisecond is enough. */
  readonly timeNano?: number;
}

/** As long as somebody may ask how often a container has died lately. */
export const rememberedMs = 15 * 60_000;
/** The daemon restarts a container that runs for ten seconds each time, which is the fastest for long, 60 times in ten minutes. */
const mostRemembered = 100;
/** The daemon says "die" and "stop" about one end, in either order, and "oom" just before. */
const togetherMs = 5_000;

export interface RecentDeaths {
  /** Returns whether the message changes what is known about the container's deaths. */
  hear(message: DeathMessage): boolean;
  of(id: string): readonly Death[];
  /** Forgets all other containers. */
  keepOnly(ids: ReadonlySet<string>): void;
}

interface Known {
  readonly deaths: readonly Death[];
  readonly stoppedMs: readonly number[];
  readonly outOfMemoryMs: number;
}

/** Gathers from the daemon's messages how containers ended. The same message may be heard twice. */
export function createRecentDeaths(now: () => number = Date.now): RecentDeaths {
  const known = new Map<string, Known>();
  return {
    hear(message) {
      const id = message.Actor?.ID;
      const atMs = message.timeNano === undefined ? now() : Math.floor(message.timeNano / 1e6);
      if (id === undefined || now() - atMs > rememberedMs) return false;
      const before = known.get(id) ?? { deaths: [], stoppedMs: [], outOfMemoryMs: 0 };
      const after = heard(before, message, atMs);
      if (after !== null) known.set(id, after);
      return after !== null;
    },
    of(id) {
      const { deaths, stoppedMs } = known.get(id) ?? { deaths: [], stoppedMs: [] };
      return deaths.filter(({ at }) => !stoppedMs.some((ms) => Math.abs(ms - at.getTime()) < togetherMs));
    },
    keepOnly(ids) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    },
  };
}

function heard(before: Known, { Action: action, Actor: actor }: DeathMessage, atMs: number): Known | null {
  switch (action) {
    case "oom":
      return { ...before, outOfMemoryMs: atMs };
    case "stop":
      return { ...before, stoppedMs: [...before.stoppedMs, atMs].slice(-mostRemembered) };
    case "die": {
      if (before.deaths.some(({ at }) => at.getTime() === atMs)) return null;
      const death = {
        at: new Date(atMs),
        exitCode: Number(actor?.Attributes?.exitCode ?? 0),
        outOfMemory: Math.abs(atMs - before.outOfMemoryMs) < togetherMs,
      };
      const recent = before.deaths.filter(({ at }) => atMs - at.getTime() < rememberedMs);
      return { ...before, deaths: [...recent, death].slice(-mostRemembered) };
    }
    default:
      return null;
  }
}
