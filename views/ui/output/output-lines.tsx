import { spansOf } from "../../text/terminal-text.ts";

/**
 * Shows a few lines that a program printed, with their colours. `errorAt` is the index of the line that says why it
 * failed; a script scrolls to it.
 */
export function OutputLines(props: { readonly lines: readonly string[]; readonly errorAt?: number | null }) {
  const { lines, errorAt = null } = props;
  return (
    <pre class="last-lines" tabindex={0}>
      {spansOf(lines).map((spans, index) => {
        const line = spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>));
        return (
          <>
            {index === errorAt ? (
              <mark class="error-line" data-shown-first="">
                {line}
              </mark>
            ) : (
              line
            )}
            {"\n"}
          </>
        );
      })}
    </pre>
  );
}
