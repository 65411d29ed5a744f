/**
 * The limit on the length of a value, above that of any image name or port. Repeating `ENV A=$A$A` would otherwise fill
 * the memory.
 */
const maxLength = 4096;

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME-word}` and `${NAME:+word}` as a Dockerfile does. Unset names
 * become `unset`. Values that are too long are cut.
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>, unset = ""): string {
  const expanded = text.replace(
    /\\\$|\$(?:(\w+)|\{(\w+)(?:(:?[-+])((?:[^{}]|\{[^{}]*\})*))?\})/g,
    (whole: string, bare?: string, braced?: string, operator?: string, word = "") => {
      if (whole === "\\$") return "$";
      const value = variables.get(bare ?? braced ?? "");
      const present = operator?.startsWith(":") ? Boolean(value) : value !== undefined;
      if (operator?.endsWith("-")) return present ? (value ?? "") : expandVariables(word, variables, unset);
      if (operator?.endsWith("+")) return present ? expandVariables(word, variables, unset) : "";
      return value ?? unset;
    },
  );
  return expanded.slice(0, maxLength);
}
