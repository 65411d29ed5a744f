import type { BuildOutput } from "../../../ports/engine.ts";

/** What getting a base image has to say: a line for a person, or what the engine or a package manager prints. */
export type BaseImageMessage = { readonly type: "note"; readonly text: string } | BuildOutput;
export type ReportProgress = (message: BaseImageMessage) => void;

export function note(text: string): BaseImageMessage {
  return { type: "note", text };
}
