import { harmlessText } from "../../../../views/text/terminal-text.ts";
import type { LogBlock, LogKind } from "../../../../views/ui/output/log.tsx";
import { clockText } from "../../../../views/ui/time.tsx";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../../model/deployment/event.ts";
import { renderEvent } from "../../../rules/wording/render-event.ts";

/**
 * Turns events into lines of the page's log. The wording is the terminal's, but `kind` shows the importance instead of
 * a prefix.
 */
export function logBlocks(events: readonly DeploymentEvent[], createdAt: Date): readonly LogBlock[] {
  return events.flatMap((event) => {
    const lines = linesOf(event);
    const time = clockText(event.at.getTime() - createdAt.getTime());
    return lines.length === 0 ? [] : [{ kind: kindOf(event), time, lines }];
  });
}

/**
 * The events that concern a stack: its services' output and checks, and events about the whole deployment. Null keeps
 * everything.
 */
export function ofStack(
  events: readonly DeploymentEvent[],
  deployment: Deployment,
  stack: string | null,
): readonly DeploymentEvent[] {
  const services = specOf(deployment)
    ?.stacks.find(({ name }) => name === stack)
    ?.services.map(({ name }) => name);
  if (!services) return events;
  return events.filter((event) =>
    event.type === "log" || event.type === "check" ? event.service === null || services.includes(event.service) : true,
  );
}

/** The terminal's margin takes four characters. Output has its own. */
const marginLength = 4;

function linesOf(event: DeploymentEvent): readonly string[] {
  if (event.type === "log") return event.lines;
  // The last lines of a container are in the post-mortem and were logged as output before.
  if (event.type === "failure") return renderEvent(event).slice(0, 1).map(withoutMargin);
  return renderEvent(event).map(withoutMargin);
}

function withoutMargin(line: string): string {
  return /^(?:==> | {4}| {2}[!✗] )/.test(line) ? line.slice(marginLength) : line;
}

function kindOf(event: DeploymentEvent): LogKind {
  switch (event.type) {
    case "stage":
      return "stage";
    case "status":
      return event.status === "ready" ? "good" : "stage";
    case "waiting":
      return "waiting";
    case "warning":
      return "warning";
    case "log":
      return "output";
    case "check":
      return event.healthy ? "good" : "note";
    case "data-backup":
      return event.made ? "good" : "note";
    case "cut-over":
      return "good";
    case "failure":
      return "bad";
    case "note":
    case "stack":
    case "drain":
    case "settled":
      return "note";
  }
}

/** Keeps the last whole blocks, `max` lines at most, and says how many lines were left out. */
export function lastLines(
  blocks: readonly LogBlock[],
  max: number,
): { readonly shown: readonly LogBlock[]; readonly omitted: number } {
  let first = blocks.length;
  for (let count = 0; first > 0; first--) {
    count += blocks[first - 1]?.lines.length ?? 0;
    if (count > max) break;
  }
  const omitted = blocks.slice(0, first).reduce((sum, block) => sum + block.lines.length, 0);
  return { shown: blocks.slice(first), omitted };
}

/** The search for browsers without scripts: keeps only lines that contain the words. */
export function withWords(blocks: readonly LogBlock[], words: string): readonly LogBlock[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return blocks;
  return blocks.flatMap((block) => {
    const lines = block.lines.filter((line) => harmlessText(line).toLowerCase().includes(wanted));
    return lines.length === 0 ? [] : [{ ...block, lines }];
  });
}
