import type { ClusterMachine } from "../../ports/machines.ts";
import { counted } from "../wording/duration-text.ts";
import { machineState } from "./machine-state.ts";

const mostLabels = 32;
const longestName = 63;
const longestValue = 255;

/** Why a machine cannot be removed now; null if it can. */
export function removalFault(machine: ClusterMachine, self: ClusterMachine["id"]): string | null {
  if (machine.id === self) return `${machine.name} is the server itself: end the cluster instead`;
  switch (machineState(machine)) {
    case "lost":
    case "drained":
      return null;
    case "draining":
      return `${machine.name} still runs ${counted(machine.tasks.length, "task")}: wait until it is drained`;
    case "ready":
    case "unknown":
      return `drain ${machine.name} first, so that what runs there is started elsewhere`;
  }
}

/** Why the cluster cannot be ended now; null if it can. */
export function endFault(machines: readonly ClusterMachine[], self: ClusterMachine["id"]): string | null {
  const others = machines.filter(({ id }) => id !== self);
  if (others.length > 0) return `remove the other machines first: ${others.map(({ name }) => name).join(", ")}`;
  const running = machines.flatMap(({ tasks }) => tasks);
  return running.length === 0 ? null : `${counted(running.length, "task")} of the cluster would end with it`;
}

/** Why labels cannot be used; null if they can. Constraints name them, so they are plain words. */
export function labelsFault(labels: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(labels);
  if (entries.length > mostLabels) return `a machine has at most ${mostLabels} labels`;
  for (const [name, value] of entries) {
    if (name.length > longestName || !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(name)) {
      return `"${name}" is no name for a label: use up to ${longestName} lower-case letters, digits, dots, dashes and underscores`;
    }
    if (value.length > longestValue || !/^[\x20-\x7e]*$/.test(value)) {
      return `the value of ${name} must be at most ${longestValue} printable ASCII characters`;
    }
  }
  return null;
}

/** Reads labels as they are typed, one a line: `disk=ssd`. A word alone has an empty value. */
export function parseLabels(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").map((line) => line.trim());
  return Object.fromEntries(
    lines
      .filter((line) => line !== "")
      .map((line) => {
        const at = line.indexOf("=");
        return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
  );
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`))
    .join("\n");
}
