import type { BuildError } from "./build-failure.ts";
import type { ProgressMessage } from "./json-stream.ts";

/** Follows the messages of one builder: tells steps and lines, and knows at the end what became of it. */
export interface BuildProgress {
  read(message: ProgressMessage): void;
  /** Tells the lines that were begun and never ended. */
  end(): void;
  /** The engine has said that there is an image. Without it the answer was cut short. */
  readonly built: boolean;
  /** The step to blame for an error with this message. */
  stepOf(message: string): string | null;
}

/** The error that a message carries, if any. */
export function errorOf(message: ProgressMessage, progress: BuildProgress): BuildError | null {
  const text = message.errorDetail?.message ?? message.error;
  if (text === undefined) return null;
  return { message: text, exitCode: message.errorDetail?.code ?? null, step: progress.stepOf(text) };
}
