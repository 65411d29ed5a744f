import type { StepState, StepView } from "../../../../views/ui/steps.tsx";
import type { Stage } from "../../../model/deployment/deployment.ts";
import type { DataBackup, DeploymentEvent, StackProgress } from "../../../model/deployment/event.ts";
import { counted, elapsedText } from "../../../rules/wording/duration-text.ts";
import { renderEvent } from "../../../rules/wording/render-event.ts";

const steps = ["queue", "fetch", "build", "start", "check", "cut-over", "watch", "ready"] as const;
type Step = (typeof steps)[number];

const labels: Readonly<Record<Step, string>> = {
  queue: "Queue",
  fetch: "Fetch",
  build: "Build",
  start: "Start",
  check: "Check",
  "cut-over": "Cut-over",
  watch: "Watch",
  ready: "Ready",
};

const stepOfStage: Readonly<Record<Stage, Step>> = {
  fetch: "fetch",
  plan: "fetch",
  build: "build",
  init: "start",
  start: "start",
  health: "check",
  "cut-over": "cut-over",
  watch: "watch",
};

/** The progress of a deployment, according to its events. */
export interface Progress {
  /** The number of the last event that is included. */
  readonly seq: number;
  readonly at: Step;
  readonly begun: Readonly<Partial<Record<Step, Date>>>;
  readonly ended: Readonly<Partial<Record<Step, Date>>>;
  readonly outcome: "ready" | "failed" | "stopped" | null;
  /** The last event that is not output, as a sentence. */
  readonly sentence: string | null;
  /** The number of requests on the replaced version; null if it is not draining. */
  readonly draining: number | null;
  readonly stacks: readonly StackProgress[];
  /** The probe results of each service, in the order in which services were first probed. */
  readonly checks: readonly ServiceChecks[];
  readonly cutOver: { readonly at: Date; readonly tookMs: number; readonly urls: readonly string[] } | null;
  /** What was done with the data before the migration; null when that was not asked. */
  readonly dataBackup: DataBackup | null;
  /** When the replaced version answered its last request. */
  readonly drainedAt: Date | null;
  /** The last lines of init containers, by service. */
  readonly initLogs: readonly InitLog[];
  readonly settled: boolean;
}

export interface ServiceChecks {
  readonly service: string;
  readonly marks: readonly CheckMark[];
}

/** The reported result of one probe. */
export interface CheckMark {
  readonly at: Date;
  readonly healthy: boolean;
  readonly streak: number;
  readonly needed: number;
  readonly detail: string;
}

export interface InitLog {
  readonly service: string;
  readonly lines: readonly string[];
}

/** Limits the size of the page for a service that keeps flapping. */
const maxMarks = 60;
const maxInitLines = 30;

export const noProgress: Progress = {
  seq: 0,
  at: "queue",
  begun: {},
  ended: {},
  outcome: null,
  sentence: null,
  draining: null,
  stacks: [],
  checks: [],
  cutOver: null,
  dataBackup: null,
  drainedAt: null,
  initLogs: [],
  settled: false,
};

/** Returns the progress after one more event. Pure. */
export function progressAfter(before: Progress, event: DeploymentEvent): Progress {
  const progress = { ...before, seq: event.seq };
  const sentence =
    renderEvent(event)
      .at(0)
      ?.replace(/^(?:==>|[ ✓·!✗]*)\s*/, "") ?? progress.sentence;
  switch (event.type) {
    case "status":
      return afterStatus(progress, event);
    case "stage":
      return { ...enter(progress, stepOfStage[event.stage], event.at), sentence };
    case "waiting":
    case "note":
      return { ...progress, sentence };
    case "data-backup":
      return { ...progress, dataBackup: event };
    case "check":
      return { ...progress, sentence, checks: withMark(progress.checks, event.service, event) };
    case "cut-over":
      return { ...progress, sentence, cutOver: { at: event.at, tookMs: event.tookMs, urls: event.urls } };
    case "drain":
      return event.remaining === 0
        ? { ...progress, draining: null, drainedAt: event.at }
        : { ...progress, draining: event.remaining };
    case "stack":
      return { ...progress, stacks: replaced(progress.stacks, event.stack) };
    case "failure":
      // A failure may be in a later step than the last one that was reported, such as the watch window.
      return { ...enter(progress, stepOfStage[event.failure.stage], event.at), sentence: null };
    case "settled":
      return { ...progress, draining: null, settled: true };
    case "log":
      return event.source === "init" && event.service !== null
        ? { ...progress, initLogs: withLines(progress.initLogs, event.service, event.lines) }
        : progress;
    case "warning":
      return progress;
  }
}

function withMark(
  checks: readonly ServiceChecks[],
  service: string,
  { at, healthy, streak, needed, detail }: CheckMark,
): readonly ServiceChecks[] {
  const mark: CheckMark = { at, healthy, streak, needed, detail };
  if (!checks.some((known) => known.service === service)) return [...checks, { service, marks: [mark] }];
  return checks.map((known) =>
    known.service === service ? { service, marks: [...known.marks, mark].slice(-maxMarks) } : known,
  );
}

function withLines(logs: readonly InitLog[], service: string, lines: readonly string[]): readonly InitLog[] {
  const before = logs.find((log) => log.service === service)?.lines ?? [];
  const log = { service, lines: [...before, ...lines].slice(-maxInitLines) };
  return [...logs.filter((other) => other.service !== service), log];
}

function afterStatus(progress: Progress, event: DeploymentEvent & { readonly type: "status" }): Progress {
  const { at } = event;
  switch (event.status) {
    case "queued":
      // This also happens after the server died during a build, which then starts over.
      return { ...noProgress, seq: event.seq, begun: { queue: progress.begun.queue ?? at } };
    case "building":
      return enter(progress, "fetch", at);
    case "deploying":
      return enter(progress, "start", at);
    case "ready":
      return { ...enter(progress, "ready", at), outcome: "ready", sentence: null };
    case "failed":
    case "stopped":
      return { ...progress, ended: { ...progress.ended, [progress.at]: at }, outcome: event.status, sentence: null };
  }
}

/** Steps only advance: when a second service starts while the first is being checked, the step stays "check". */
function enter(progress: Progress, step: Step, at: Date): Progress {
  if (steps.indexOf(step) <= steps.indexOf(progress.at)) return progress;
  return {
    ...progress,
    at: step,
    begun: { ...progress.begun, [step]: at },
    ended: { ...progress.ended, [progress.at]: at },
  };
}

function replaced(stacks: readonly StackProgress[], stack: StackProgress): readonly StackProgress[] {
  const known = stacks.some(({ name }) => name === stack.name);
  return known ? stacks.map((other) => (other.name === stack.name ? stack : other)) : [...stacks, stack];
}

export function stepViews(progress: Progress): readonly StepView[] {
  return steps.map((step) => ({ name: labels[step], state: stateOf(step, progress), took: tookOf(step, progress) }));
}

function stateOf(step: Step, progress: Progress): StepState {
  const distance = steps.indexOf(step) - steps.indexOf(progress.at);
  if (distance > 0) return "pending";
  if (distance < 0) return progress.begun[step] ? "done" : "skipped";
  switch (progress.outcome) {
    case null:
      return "current";
    case "ready":
      return "done";
    case "failed":
    case "stopped":
      return progress.outcome;
  }
}

function tookOf(step: Step, { begun, ended }: Progress): string | null {
  const [start, end] = [begun[step], step === "ready" ? undefined : ended[step]];
  return start && end ? elapsedText(end.getTime() - start.getTime()) : null;
}

export function drainingText({ draining }: Progress): string | null {
  return draining === null ? null : `draining the previous version: ${counted(draining, "request")} left`;
}
