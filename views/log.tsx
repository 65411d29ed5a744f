import { spansOf } from "./terminal-text.ts";

/** What kind of line it is decides how loud it is. */
export type LogKind = "stage" | "note" | "warning" | "output" | "good" | "waiting" | "bad";

/** Lines that belong together: colours last from one to the next. */
export interface LogBlock {
  readonly kind: LogKind;
  /** Since the deployment was asked for: "0:04". */
  readonly elapsed: string;
  readonly lines: readonly string[];
}

export const logLinesId = "log-lines";

export function LogPanel(props: {
  readonly blocks: readonly LogBlock[];
  readonly omitted: number;
  readonly wholeLogUrl: string;
}) {
  const { blocks, omitted, wholeLogUrl } = props;
  return (
    <section class="log" aria-labelledby="log-title">
      <header class="log-head">
        <h2 id="log-title">Log</h2>
        <label class="follow" hidden>
          <input type="checkbox" id="follow" checked /> Follow
        </label>
        <a href={wholeLogUrl}>Plain text</a>
      </header>
      {/* A list that scrolls must be reachable by keyboard. */}
      <div class="log-scroll" id="log-scroll" tabindex={0} role="log" aria-label="Log lines" aria-live="off">
        {omitted > 0 && (
          <p class="log-omitted">
            {omitted} earlier lines are left out here: <a href={wholeLogUrl}>read all of them</a>
          </p>
        )}
        <ol id={logLinesId}>
          <LogLines blocks={blocks} />
        </ol>
      </div>
    </section>
  );
}

export function LogLines({ blocks }: { readonly blocks: readonly LogBlock[] }) {
  return (
    <>
      {blocks.flatMap(({ kind, elapsed, lines }) =>
        spansOf(lines).map((spans, index) => (
          <li class={`line line-${kind}`}>
            <span class="line-time">{index === 0 ? elapsed : ""}</span>
            <span class="line-text">
              {spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
            </span>
          </li>
        )),
      )}
    </>
  );
}
