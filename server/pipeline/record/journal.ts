import type { Failure, Stage } from "../../model/deployment/deployment.ts";
import type { EventBody, LogSource, StackProgress } from "../../model/deployment/event.ts";
import { createLogCap } from "../../rules/wording/log-cap.ts";
import { createRedact, type Redact } from "../../rules/wording/redact.ts";
import { createEventWriter, type EventWriterNeeds } from "./event-writer.ts";

const maxRecentLines = 100;
const maxRecentChars = 2_000;

/** The log of a deployment. All methods except `flush` return at once; events are written in order and in batches. */
export interface Journal {
  /** Redacts the values of these variables from now on, as well as those of earlier calls. */
  hide(secrets: Readonly<Record<string, string>>): void;
  /** The text without these values; for words that leave the deployment, and before a text is shortened. */
  redact(text: string): string;
  withoutSecrets(failure: Failure): Failure;
  stage(stage: Stage, text: string): void;
  note(text: string): void;
  warn(text: string): void;
  log(source: LogSource, service: string | null, line: string): void;
  stack(progress: StackProgress): void;
  event(body: EventBody): void;
  /** Ends some output: lines that were held back from a flood are written. */
  endOfOutput(source: LogSource, service: string | null): void;
  /** The last `count` lines of output, oldest first. */
  lastLines(count: number): readonly string[];
  /** Resolves when everything so far is stored, or the signal is aborted. */
  flush(signal: AbortSignal): Promise<void>;
  /** Ends the retries. What could not be stored until now is lost, as is the row that it belongs to. */
  close(): void;
}

export function createJournal(needs: EventWriterNeeds): Journal {
  const { push, pushLine, flush, close } = createEventWriter(needs);
  const cap = createLogCap();
  const recent: string[] = [];
  const hidden: Readonly<Record<string, string>>[] = [];
  let redact: Redact = (text) => text;

  return {
    hide(secrets) {
      hidden.push(secrets);
      redact = createRedact(...hidden);
    },
    redact: (text) => redact(text),
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
    stack: (stack) =>
      push({ type: "stack", stack: { ...stack, ...(stack.message && { message: redact(stack.message) }) } }),
    event: (body) => push(body.type === "check" ? { ...body, detail: redact(body.detail) } : body),
    log(source, service, raw) {
      const line = redact(raw);
      const kept = cap.take(line);
      recent.push(line.length > maxRecentChars ? `${line.slice(0, maxRecentChars)} …` : line);
      if (recent.length > maxRecentLines) recent.splice(0, maxRecentLines / 2);
      if (kept !== null) pushLine(source, service, kept);
    },
    endOfOutput(source, service) {
      for (const line of cap.rest()) pushLine(source, service, line);
    },
    lastLines: (count) => recent.slice(-count),
    flush,
    close,
  };
}
