/** Whether somebody asked for what is safe to be removed, and what came of it the last time. */
export type CleaningState =
  | { readonly type: "never" }
  | { readonly type: "asked" }
  | { readonly type: "done"; readonly at: Date; readonly bytes: number };

/** Reads the setting that the state is stored in. */
export function parseCleaningState(stored: string | null): CleaningState {
  if (stored === "asked") return { type: "asked" };
  const [, bytes, at] = /^(\d+) at (.+)$/.exec(stored ?? "") ?? [];
  return bytes === undefined || at === undefined
    ? { type: "never" }
    : { type: "done", bytes: Number(bytes), at: new Date(at) };
}

export function cleaningStateText(state: Exclude<CleaningState, { readonly type: "never" }>): string {
  return state.type === "asked" ? "asked" : `${Math.round(state.bytes)} at ${state.at.toISOString()}`;
}
