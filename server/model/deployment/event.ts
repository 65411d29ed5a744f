import type { DeploymentStatus, Failure, Stage } from "./deployment.ts";

/** `pending` waits; `removing` an old stateful container is being stopped; the rest as they read. */
export const stackStatuses = ["pending", "removing", "deploying", "running", "failed"] as const;
export type StackStatus = (typeof stackStatuses)[number];

/** How far one stack of a deployment is. */
export interface StackProgress {
  readonly name: string;
  readonly status: StackStatus;
  /** "Building images", "Pulling images", "Running init containers", "Starting services", "Checking health", "Cut-over", "Draining"; null before. */
  readonly phase: string | null;
  /** 0 to 100, never falling. */
  readonly percent: number;
  /** How far it is in this phase alone, 0 to 100. Absent where that is not known, and in events that are older than this. */
  readonly phasePercent?: number;
  readonly serviceCount: number;
  readonly servicesDone: number;
  readonly currentService: string | null;
  /** Why it failed, for a person: "rolled back: api failed". Null otherwise. */
  readonly message?: string | null;
}

/** A stack that nothing has been said about yet. */
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

/** Where a log line came from. */
export type LogSource = "pull" | "base-image" | "build" | "init" | "container";

/** Everything that happens in a deployment. Stored with the deployment for good, and replayed to late subscribers. */
export type EventBody =
  /** The deployment has this status now. `reason` for `stopped`. */
  | { readonly type: "status"; readonly status: DeploymentStatus; readonly reason: string | null }
  /** Why a queued deployment waits; a new event only when the sentence changes. */
  | { readonly type: "waiting"; readonly position: number; readonly waitingFor: string }
  /** A stage begins. `text` is a line for a person: "Building with the Dockerfile". */
  | { readonly type: "stage"; readonly stage: Stage; readonly text: string }
  /** A decision or a fact worth a line: "Node 22 (engines in package.json)". */
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "warning"; readonly text: string }
  /** Output, line by line, already capped and stripped of what a log must not hold (NUL). May hold ANSI colours. */
  | {
      readonly type: "log";
      readonly source: LogSource;
      readonly service: string | null;
      readonly lines: readonly string[];
    }
  /** A health probe whose outcome differs from the one before, or that counts towards the gate. */
  | {
      readonly type: "check";
      readonly service: string;
      readonly healthy: boolean;
      /** Successes in a row so far, and how many open the gate. */
      readonly streak: number;
      readonly needed: number;
      /** "GET / answered 200 in 12 ms". */
      readonly detail: string;
    }
  | { readonly type: "stack"; readonly stack: StackProgress }
  /** Traffic has moved. `urls` in the order of importance; `tookMs` is the rename alone. */
  | { readonly type: "cut-over"; readonly urls: readonly string[]; readonly tookMs: number }
  /** Requests that the replaced version still answers; 0: it has been drained. */
  | { readonly type: "drain"; readonly remaining: number }
  | { readonly type: "failure"; readonly failure: Failure }
  /** The deployment is over and what it replaced is gone: nothing more will come. */
  | { readonly type: "settled" };

/** `seq` is 1, 2, 3 … without gaps in one deployment: the SSE id. */
export type DeploymentEvent = { readonly seq: number; readonly at: Date } & EventBody;
