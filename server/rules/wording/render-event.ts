import type { Failure } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody } from "../../model/deployment/event.ts";
import { dataBackupText } from "./data-backup-text.ts";
import { counted } from "./duration-text.ts";

/**
 * Formats an event as lines for people, with the same words in a push's terminal, in the plain-text log and on the
 * page. A line contains no line breaks. Output keeps its ANSI colours; Baton's own words have none.
 */
export function renderEvent(event: EventBody): readonly string[] {
  switch (event.type) {
    case "status":
      return statusLines(event);
    case "waiting":
      return [`Queued at position ${event.position}: waiting for ${event.waitingFor}`];
    case "stage":
      return [`==> ${event.text}`];
    case "note":
      return [`    ${event.text}`];
    case "warning":
      return [`  ! ${event.text}`];
    case "log":
      return event.lines.map((line) => `    | ${line}`);
    case "check":
      return [
        event.healthy
          ? `    ✓ ${event.service}: ${event.detail} (${event.streak} of ${event.needed})`
          : `    · ${event.service}: ${event.detail}`,
      ];
    case "stack":
      return [];
    case "data-backup":
      return dataBackupText(event).map((line) => `    ${line}`);
    case "cut-over":
      return [event.urls.length > 0 ? "    Traffic switched" : "    The new version has taken over"];
    case "drain":
      return [
        event.remaining === 0
          ? "    The previous version has finished its last request"
          : `    Draining the previous version: ${counted(event.remaining, "request")} left`,
      ];
    case "failure":
      return failureLines(event.failure);
    case "settled":
      return [];
  }
}

/** Formats a line of the plain-text log: `2026-01-31T12:00:00.000Z ==> Building`. */
export function logText(event: DeploymentEvent): string {
  return renderEvent(event)
    .map((line) => `${event.at.toISOString()} ${line}\n`)
    .join("");
}

function statusLines(event: Extract<EventBody, { type: "status" }>): readonly string[] {
  switch (event.status) {
    case "queued":
    case "building":
    case "deploying":
    case "failed":
      return [];
    case "ready":
      return ["==> Ready"];
    case "stopped":
      return [`==> Stopped: ${event.reason ?? "no reason given"}`];
  }
}

/** Leaves out `lastLines`, because the log just above shows that output. */
function failureLines(failure: Failure): readonly string[] {
  const where = failure.service === null ? failure.stage : `${failure.stage}, ${failure.service}`;
  // On a page the output follows. Here it has been shown already.
  const hint = failure.hint?.replace("output below", "output above").split("\n") ?? [];
  return [`  ✗ Failed (${where}): ${failure.message}`, ...hint.map((line) => `    ${line}`)];
}
