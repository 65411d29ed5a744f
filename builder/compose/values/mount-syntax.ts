/** The parts of `source:target:mode`, `source:target` or `target`. */
export interface ShortMount {
  readonly source: string | null;
  readonly target: string;
  /** `ro`, `rw`, and options that do not matter for a copy (`z`, `cached`). */
  readonly modes: readonly string[];
}

export function splitMount(written: string): ShortMount {
  const [first = "", second, ...rest] = written.split(":");
  if (second === undefined) return { source: null, target: first, modes: [] };
  return {
    source: first,
    target: second,
    modes: rest
      .join(":")
      .split(",")
      .filter((mode) => mode !== ""),
  };
}
