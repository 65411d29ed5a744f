import type { BuildError } from "./build-failure.ts";
import { errorIn, type ProgressMessage } from "./json-stream.ts";

/** Follows the messages of one builder: reports steps and lines, and knows the outcome at the end. */
export interface BuildProgress {
  read(message: ProgressMessage): void;
  /** Reports lines that were begun but never ended. */
  end(): void;
  /** Whether the engine has reported an image. Without that report the answer was cut short. */
  readonly built: boolean;
  /** The step that an error with this message is attributed to. */
  stepOf(message: string): string | null;
}

/** The error in a message, or null. */
export function errorOf(message: ProgressMessage, progress: BuildProgress): BuildError | null {
  const text = errorIn(message);
  if (text === null) return null;
  return { message: text, exitCode: message.errorDetail?.code ?? null, step: progress.stepOf(text) };
}
