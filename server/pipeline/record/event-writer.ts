import type { EventBody, LogSource } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventStore } from "../../ports/store/deployments.ts";

const batchMs = 100;
const retryMs = 1_000;
const maxLinesInEvent = 200;
/** Events wait here while the database is away. Beyond this many, new output is dropped, and the log says how much. */
const maxWaiting = 20_000;

export interface EventWriterNeeds {
  readonly deployment: DeploymentId;
  readonly events: EventStore;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
}

/** Writes a deployment's events in order and in batches. Only `flush` waits. */
export interface EventWriter {
  push(body: EventBody): void;
  /** Appends the line to the previous event when that is output of the same source and service. */
  pushLine(source: LogSource, service: string | null, line: string): void;
  /** Resolves when everything so far is stored, or the signal is aborted. */
  flush(signal: AbortSignal): Promise<void>;
  /** Ends the retries. */
  close(): void;
}

export function createEventWriter({ deployment, events, clock, onTrouble }: EventWriterNeeds): EventWriter {
  let waiting: EventBody[] = [];
  let dropped = 0;
  let closed = false;
  let writing: Promise<void> | null = null;
  /** Ends the wait for more events. */
  let hurry = new AbortController();

  return {
    push(body) {
      waiting.push(body);
      void writeSoon(batchMs);
    },
    pushLine(source, service, line) {
      const last = waiting.at(-1);
      if (isSameOutput(last, source, service) && last.lines.length < maxLinesInEvent) {
        waiting[waiting.length - 1] = { ...last, lines: [...last.lines, line] };
      } else if (waiting.length < maxWaiting) {
        waiting.push({ type: "log", source, service, lines: [line] });
      } else {
        dropped += 1;
      }
      void writeSoon(batchMs);
    },
    async flush(signal) {
      while ((waiting.length > 0 || writing) && !signal.aborted) {
        hurry.abort();
        await writeSoon(0);
      }
    },
    close() {
      closed = true;
    },
  };

  function writeSoon(afterMs: number): Promise<void> {
    writing ??= write(afterMs).finally(() => {
      writing = null;
      if (waiting.length > 0 && !closed) void writeSoon(batchMs);
    });
    return writing;
  }

  async function write(afterMs: number): Promise<void> {
    hurry = new AbortController();
    if (afterMs > 0) await clock.sleep(afterMs, hurry.signal).catch(() => {});
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
      await clock.sleep(retryMs, new AbortController().signal);
    }
  }
}

function isSameOutput(
  event: EventBody | undefined,
  source: LogSource,
  service: string | null,
): event is Extract<EventBody, { type: "log" }> {
  return event?.type === "log" && event.source === source && event.service === service;
}
