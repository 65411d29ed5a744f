import type { BuildOutput } from "../../../ports/engine/images.ts";

/** A message while a base image is made: a line for a person, or output of the engine or a package manager. */
export type BaseImageMessage = { readonly type: "note"; readonly text: string } | BuildOutput;
export type ReportProgress = (message: BaseImageMessage) => void;

export function note(text: string): BaseImageMessage {
  return { type: "note", text };
}
