import type { BuildOutput } from "../../ports/engine.ts";
import type { ProgressMessage } from "../build/json-stream.ts";

export interface PullProgress {
  read(message: ProgressMessage): void;
  /** The engine has said that the image is here. Without it the answer was cut short. */
  readonly complete: boolean;
}

/** A line for each thing that happens to a layer; none for each of the many messages that only move a bar. */
export function createPullProgress(onOutput: (output: BuildOutput) => void): PullProgress {
  const states = new Map<string, string>();
  let complete = false;
  return {
    read({ id, status }) {
      if (status === undefined) return;
      if (status.startsWith("Status: ")) complete = true;
      if (id !== undefined && states.get(id) === status) return;
      if (id !== undefined) states.set(id, status);
      onOutput({ type: "line", text: id === undefined ? status : `${id}: ${status}` });
    },
    get complete() {
      return complete;
    },
  };
}
