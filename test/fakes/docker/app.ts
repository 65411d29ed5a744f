/**
 * What the program in a container does: written into the build context as `behaviour.json`, so that each version of a
 * product brings its own. Everything is optional; without a word it listens at once and answers 200 for ever.
 */
export interface App {
  /** Absent: PORT from its environment, else the port that is published. Null: it opens none. */
  readonly port?: number | null;
  readonly listensAfterMs?: number;
  readonly loopbackOnly?: boolean;
  /** What it answers, request after request of one container; the last one for ever. */
  readonly answers?: readonly Answer[];
  readonly answersAfterMs?: number;
  /** From so long after its start on it answers 500. */
  readonly breaksAfterMs?: number;
  /** How the lives of its container end, one after the other, the last one for ever; null: that life does not end. */
  readonly exits?: readonly (Exit | null)[];
  /** At each start. */
  readonly prints?: readonly string[];
  /** Files that it writes at each start, by their path. */
  readonly writes?: Readonly<Record<string, string>>;
  /** Files whose content it prints at each start: "/data/rows: three", or "/data/rows: nothing". */
  readonly shows?: readonly string[];
  readonly ignoresSigterm?: boolean;
  /** From SIGTERM to its end. */
  readonly stopsAfterMs?: number;
  /** The outcome of its image's HEALTHCHECK, where that has one, so long after each start. */
  readonly healthcheck?: {
    readonly status: "healthy" | "unhealthy";
    readonly afterMs: number;
    readonly output?: string;
  };
  /** Why the engine cannot start it, in the engine's words. */
  readonly cannotStart?: string;
  /** How its image is built. */
  readonly build?: {
    readonly takesMs?: number;
    readonly prints?: readonly string[];
    readonly fails?: { readonly step: string; readonly exitCode: number };
    /** A base image that cannot be had. */
    readonly missingBase?: string;
  };
  /** What services that share the image do differently. */
  readonly services?: Readonly<Record<string, Omit<App, "services" | "build">>>;
}

/** A status; nothing, although it is connected; something that is not HTTP; a connection that is closed. */
export type Answer = number | "hang" | "garbage" | "close";

export interface Exit {
  readonly afterMs: number;
  readonly code: number;
  readonly outOfMemory?: boolean;
}

export const behaviourFile = "behaviour.json";

export function appOf(app: App, service: string): App {
  return { ...app, ...app.services?.[service] };
}
