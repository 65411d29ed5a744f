import type { Failure, Stage } from "../../model/deployment/deployment.ts";
import type { EventBody, LogSource, StackProgress } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventStore } from "../../ports/store/store.ts";
import { createLogCap } from "../../rules/wording/log-cap.ts";
import { createRedact, type Redact } from "../../rules/wording/redact.ts";

const batchMs = 100;
const maxLinesInEvent = 200;
/** While the database is away events wait here; past this many the oldest output is dropped, and that is said. */
const maxWaiting = 20_000;

/** What a deployment tells about itself. Every method returns at once; events are written in order, in batches. */
export interface Journal {
  /** From now on the values of these are told in no words. */
  hide(secrets: Readonly<Record<string, string>>): void;
  withoutSecrets(failure: Failure): Failure;
  stage(stage: Stage, text: string): void;
  note(text: string): void;
  warn(text: string): void;
  log(source: LogSource, service: string | null, line: string): void;
  stack(progress: StackProgress): void;
  event(body: EventBody): void;
  /** The end of a flood of output: what was held back is written. */
  endOfOutput(source: LogSource, service: string | null): void;
  /** The last `count` lines of output, oldest first. */
  lastLines(count: number): readonly string[];
  /** Resolves when everything so far is stored, or the signal is aborted. */
  flush(signal: AbortSignal): Promise<void>;
  /** Nothing more is tried: what could not be stored until now is lost with the row that it belongs to. */
  close(): void;
}

export function createJournal(needs: {
  readonly deployment: DeploymentId;
  readonly events: EventStore;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
}): Journal {
  const { deployment, events, clock, onTrouble } = needs;
  const cap = createLogCap();
  let redact: Redact = (text) => text;
  const recent: string[] = [];
  let waiting: EventBody[] = [];
  let dropped = 0;
  let closed = false;
  let writing: Promise<void> | null = null;

  return {
    hide(secrets) {
      redact = createRedact(secrets);
    },
    withoutSecrets: (failure) => ({
      ...failure,
      message: redact(failure.message),
      hint: failure.hint && redact(failure.hint),
      lastLines: failure.lastLines.map(redact),
      lastProbe: failure.lastProbe && redact(failure.lastProbe),
    }),
    stage: (stage, text) => push({ type: "stage", stage, text: redact(text) }),
    note: (text) => push({ type: "note", text: redact(text) }),
    warn: (text) => push({ type: "warning", text: redact(text) }),
    stack: (stack) => push({ type: "stack", stack }),
    event: push,
    log(source, service, raw) {
      const line = redact(raw);
      const kept = cap.take(line);
      recent.push(line.length > 2_000 ? `${line.slice(0, 2_000)} …` : line);
      if (recent.length > 100) recent.splice(0, 50);
      if (kept !== null) pushLine(source, service, kept);
    },
    endOfOutput(source, service) {
      for (const line of cap.rest()) pushLine(source, service, line);
    },
    lastLines: (count) => recent.slice(-count),
    async flush(signal) {
      while ((waiting.length > 0 || writing) && !signal.aborted) await writeSoon(0);
    },
    close() {
      closed = true;
    },
  };

  function push(body: EventBody): void {
    waiting.push(body);
    void writeSoon(batchMs);
  }

  function pushLine(source: LogSource, service: string | null, line: string): void {
    const last = waiting.at(-1);
    if (
      last?.type === "log" &&
      last.source === source &&
      last.service === service &&
      last.lines.length < maxLinesInEvent
    ) {
      waiting[waiting.length - 1] = { ...last, lines: [...last.lines, line] };
    } else if (waiting.length < maxWaiting) {
      waiting.push({ type: "log", source, service, lines: [line] });
    } else {
      dropped += 1;
    }
    void writeSoon(batchMs);
  }

  function writeSoon(afterMs: number): Promise<void> {
    writing ??= write(afterMs).finally(() => {
      writing = null;
      if (waiting.length > 0 && !closed) void writeSoon(batchMs);
    });
    return writing;
  }

  async function write(afterMs: number): Promise<void> {
    await clock.sleep(afterMs, new AbortController().signal);
    const batch = waiting;
    waiting = [];
    if (dropped > 0) {
      batch.push({ type: "warning", text: `${dropped} lines of output were lost while the database was unreachable` });
      dropped = 0;
    }
    try {
      if (batch.length > 0) await events.append(deployment, batch);
    } catch (error) {
      waiting = [...batch, ...waiting];
      onTrouble(error);
      await clock.sleep(1_000, new AbortController().signal);
    }
  }
}
