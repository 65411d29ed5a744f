import { spansOf } from "../text/terminal-text.ts";

/** A few lines that a program has printed, with their colours. `errorAt`: the one that says why it failed; a script shows it first. */
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
