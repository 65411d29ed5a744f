import { spansOf } from "./terminal-text.ts";

/** A few lines that a program has printed, with their colours. */
export function OutputLines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <pre class="last-lines" tabindex={0}>
      {spansOf(lines).map((spans) => (
        <>
          {spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
          {"\n"}
        </>
      ))}
    </pre>
  );
}
