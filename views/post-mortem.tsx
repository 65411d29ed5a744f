import type { Failure } from "../server/model/deployment.ts";
import { Icon } from "./icon.tsx";
import { spansOf } from "./terminal-text.ts";

/** A failure that explains itself: what, why most likely, and what was seen last. */
export function PostMortem(props: {
  readonly failure: Failure;
  /** What serves meanwhile, as a sentence. */
  readonly meanwhile: string;
}) {
  const { failure, meanwhile } = props;
  const facts: readonly (readonly [string, string])[] = [
    ["Stage", failure.stage],
    ...(failure.service === null ? [] : [["Service", failure.service] as const]),
    ...(failure.exitCode === null ? [] : [["Exit code", String(failure.exitCode)] as const]),
    ...(failure.outOfMemory ? [["Killed", "out of memory"] as const] : []),
    ...(failure.lastProbe === null ? [] : [["Last check", failure.lastProbe] as const]),
  ];
  return (
    <section class="post-mortem" aria-labelledby="post-mortem-title">
      <h2 id="post-mortem-title">
        <Icon name="cross" />
        {failure.message}
      </h2>
      {failure.hint && <p class="hint">{failure.hint}</p>}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {failure.lastLines.length > 0 && (
        <>
          <h3>Its last lines</h3>
          <pre class="last-lines" tabindex={0}>
            {spansOf(failure.lastLines).map((spans) => (
              <>
                {spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
                {"\n"}
              </>
            ))}
          </pre>
        </>
      )}
      <p class="meanwhile">
        <Icon name="check" />
        {meanwhile}
      </p>
    </section>
  );
}
