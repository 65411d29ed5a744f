import type { Failure } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody } from "../../model/deployment/event.ts";
import { counted } from "./duration-text.ts";

/**
 * The lines that tell an event to a person: the same words in the terminal of a push, in the plain-text log
 * and on the page. No line breaks inside a line. Output keeps its ANSI colours; Baton's own words have none.
 */
export function narrate(event: EventBody): readonly string[] {
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

/** A plain-text log line with its time, for files: `2026-01-31T12:00:00.000Z ==> Building`. */
export function logText(event: DeploymentEvent): string {
  return narrate(event)
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

/** Without `lastLines`: they are output, which stands in the log just above. */
function failureLines(failure: Failure): readonly string[] {
  const where = failure.service === null ? failure.stage : `${failure.stage}, ${failure.service}`;
  // On a page the output follows; here it has been told already.
  const hint = failure.hint?.replace("output below", "output above").split("\n") ?? [];
  return [`  ✗ Failed (${where}): ${failure.message}`, ...hint.map((line) => `    ${line}`)];
}
