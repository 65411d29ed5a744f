/**
 * The behaviour of the program in a container. It is written into the build context as `behaviour.json`, so that each
 * version of a product brings its own. Everything is optional; by default it listens at once and always answers 200.
 */
export interface App {
  /**
   * The port it opens. Absent means PORT from its environment, or else the published port. Null means that it opens
   * none.
   */
  readonly port?: number | null;
  readonly listensAfterMs?: number;
  readonly loopbackOnly?: boolean;
  /** What it answers to the requests of one container, in order; the last answer repeats. */
  readonly answers?: readonly Answer[];
  readonly answersAfterMs?: number;
  /** How long after its start it begins to answer 500. */
  readonly breaksAfterMs?: number;
  /** How each run of its container ends, in order; the last one repeats. Null means that the run does not end. */
  readonly exits?: readonly (Exit | null)[];
  /** Lines that it prints at each start. */
  readonly prints?: readonly string[];
  /** Files that it writes at each start, by path. */
  readonly writes?: Readonly<Record<string, string>>;
  /** Files whose content it prints at each start: "/data/rows: three", or "/data/rows: nothing". */
  readonly shows?: readonly string[];
  readonly ignoresSigterm?: boolean;
  /** The time from SIGTERM to its end. */
  readonly stopsAfterMs?: number;
  /** The outcome of its image's HEALTHCHECK, if it has one, and how long after each start. */
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
    /** A base image that cannot be pulled. */
    readonly missingBase?: string;
  };
  /** How services that share the image behave differently. */
  readonly services?: Readonly<Record<string, Omit<App, "services" | "build">>>;
}

/** A status, no response, a response that is not HTTP, or a closed connection. */
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
