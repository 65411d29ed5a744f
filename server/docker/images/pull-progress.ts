import type { BuildOutput } from "../../ports/engine/images.ts";
import type { ProgressMessage } from "../build/json-stream.ts";

export interface PullProgress {
  read(message: ProgressMessage): void;
  /** Whether the engine has reported that the image is present. Without that report the answer was cut short. */
  readonly complete: boolean;
}

/** Reports one line for each change of a layer, and none for the many messages that only move a progress bar. */
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
