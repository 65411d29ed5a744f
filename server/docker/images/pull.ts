import { Refusal } from "../../ports/engine/daemon-api.ts";
import { type Engine, EngineUnavailable } from "../../ports/engine/engine.ts";
import { PullFailed } from "../../ports/engine/images.ts";
import { errorIn, readMessages } from "../build/json-stream.ts";
import type { Daemon } from "../host/daemon.ts";
import { readImage } from "./images.ts";
import { createPullProgress } from "./pull-progress.ts";
import { explain, familiar, reasonOf } from "./registry-error.ts";

export function createPull(daemon: Daemon): Engine["pull"] {
  return async (reference, onOutput, signal) => {
    const progress = createPullProgress(onOutput);
    try {
      const query = { fromImage: withTag(reference) };
      const answer = await daemon.open({ method: "POST", path: "/images/create", query }, signal);
      for await (const message of readMessages(answer)) {
        if (message === null) continue;
        const error = errorIn(message);
        if (error !== null) throw failure(reference, error);
        progress.read(message);
      }
    } catch (error) {
      if (error instanceof Refusal) throw failure(reference, error.message, error);
      throw error;
    }
    if (!progress.complete) throw new EngineUnavailable("Docker's response ended before the pull was finished.");
    const image = await readImage(daemon, reference, signal);
    if (image === null) throw new EngineUnavailable(`Docker pulled ${reference}, but does not have it.`);
    return image.id;
  };
}

/** Without a tag the daemon would pull all tags. */
function withTag(reference: string): string {
  return /@|:[^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

function failure(reference: string, words: string, cause?: Error): PullFailed {
  return new PullFailed(`${familiar(reference)} could not be pulled: ${explain(words)}.`, reasonOf(words), { cause });
}
