import type { DeploymentStatus, Failure, Stage } from "./deployment.ts";

/** In `removing` an old stateful container is being stopped. */
export const stackStatuses = ["pending", "removing", "deploying", "running", "failed"] as const;
export type StackStatus = (typeof stackStatuses)[number];

/** The progress of one stack of a deployment. */
export interface StackProgress {
  readonly name: string;
  readonly status: StackStatus;
  /**
   * "Building images", "Pulling images", "Running init containers", "Starting services", "Checking health", "Cut-over"
   * or "Draining"; null before the first phase.
   */
  readonly phase: string | null;
  /** 0 to 100; it never falls. */
  readonly percent: number;
  /** The progress within this phase, 0 to 100. Absent where it is unknown, and in older events. */
  readonly phasePercent?: number;
  readonly serviceCount: number;
  readonly servicesDone: number;
  readonly currentService: string | null;
  /** Why it failed, for a person: "rolled back: api failed". Null otherwise. */
  readonly message?: string | null;
}

/** The progress of a stack before its first event. */
export function pendingStack(name: string, serviceCount: number): StackProgress {
  return {
    name,
    status: "pending",
    phase: null,
    percent: 0,
    serviceCount,
    servicesDone: 0,
    currentService: null,
    message: null,
  };
}

/** What was done with a product's data before the first init service of a deployment ran. */
export interface DataBackup {
  /** The backups that were made; null when none was. `bytes` is the data that was read. */
  readonly made: { readonly services: readonly string[]; readonly bytes: number; readonly tookMs: number } | null;
  /** Services that were left out, with the reason as the rest of a sentence. */
  readonly skipped: readonly { readonly service: string; readonly why: string }[];
}

/** The origin of a log line. */
export type LogSource = "pull" | "base-image" | "build" | "init" | "container";

/**
 * Everything that happens in a deployment. Events are stored permanently with the deployment and replayed to late
 * subscribers.
 */
export type EventBody =
  /** The deployment now has this status. `reason` is given for `stopped`. */
  | { readonly type: "status"; readonly status: DeploymentStatus; readonly reason: string | null }
  /** Why a queued deployment waits; a new event is written only when the sentence changes. */
  | { readonly type: "waiting"; readonly position: number; readonly waitingFor: string }
  /** A stage begins. `text` is a line for a person: "Building with the Dockerfile". */
  | { readonly type: "stage"; readonly stage: Stage; readonly text: string }
  /** A decision or a fact worth a line: "Node 22 (engines in package.json)". */
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "warning"; readonly text: string }
  /**
   * Output, line by line, already capped and without characters that a log cannot hold (NUL). It may contain ANSI
   * colours.
   */
  | {
      readonly type: "log";
      readonly source: LogSource;
      readonly service: string | null;
      readonly lines: readonly string[];
    }
  /** A health probe whose outcome differs from the previous one, or that counts towards passing the check. */
  | {
      readonly type: "check";
      readonly service: string;
      readonly healthy: boolean;
      /** Consecutive successes so far, and how many are needed. */
      readonly streak: number;
      readonly needed: number;
      /** "GET / answered 200 in 12 ms". */
      readonly detail: string;
    }
  | { readonly type: "stack"; readonly stack: StackProgress }
  | ({ readonly type: "data-backup" } & DataBackup)
  /** Traffic has moved. `urls` are in order of importance; `tookMs` is the time of the rename alone. */
  | { readonly type: "cut-over"; readonly urls: readonly string[]; readonly tookMs: number }
  /** The number of requests that the replaced version is still serving; 0 means it has drained. */
  | { readonly type: "drain"; readonly remaining: number }
  | { readonly type: "failure"; readonly failure: Failure }
  /** The deployment is over and what it replaced is gone: no more events follow. */
  | { readonly type: "settled" };

/** `seq` counts 1, 2, 3 … without gaps in one deployment and is the SSE id. */
export type DeploymentEvent = { readonly seq: number; readonly at: Date } & EventBody;
