import { looksLikeError } from "../server/rules/looks-like-error.ts";
import { spansOf } from "./terminal-text.ts";

/** What kind of line it is decides how loud it is. */
export type LogKind = "stage" | "note" | "warning" | "output" | "good" | "waiting" | "bad";

/** Lines that belong together: colours last from one to the next. */
export interface LogBlock {
  readonly kind: LogKind;
  /** What stands in the margin: since the deployment was asked for, "0:04", or a time of day. */
  readonly time: string;
  readonly lines: readonly string[];
  /** Shown before each line where several services print into one log. */
  readonly service?: { readonly name: string; readonly hue: number } | null;
}

export interface LogPanelProps {
  readonly title: string;
  readonly blocks: readonly LogBlock[];
  /** How many lines before these are left out. */
  readonly omitted: number;
  /** All of it, as a file. */
  readonly downloadUrl: string;
  /** Where its search leads without scripts; hidden fields keep what else the page was asked for. */
  readonly search: { readonly path: string; readonly query: Readonly<Record<string, string>>; readonly words: string };
  /** It never ends, so it can be held; its margin holds times of day. */
  readonly isEndless?: boolean;
  /** What is said where there are no lines. */
  readonly empty: string;
}

/** Where a stream puts new lines; baton.js moves them from there to the log, unless it is held. */
export const logIncomingId = "log-incoming";
const linesInChunk = 200;

export function LogPanel(props: LogPanelProps) {
  const { title, blocks, omitted, downloadUrl, search, isEndless = false, empty } = props;
  return (
    <section class={isEndless ? "log log-wide" : "log"} aria-labelledby="log-title" data-log="">
      <header class="log-head">
        <h2 id="log-title">{title}</h2>
        <form class="log-search" method="get" action={search.path} aria-label="Search">
          {Object.entries(search.query).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <input
            type="search"
            name="q"
            value={search.words}
            placeholder="Search"
            aria-label="Search this log"
            autocomplete="off"
            spellcheck={false}
            maxlength={200}
            data-log-search=""
            data-shortcut="/"
          />
          <span class="log-hits" data-log-hits="" aria-live="polite"></span>
          <button class="tool" type="submit" data-shortcut="n">
            <span class="without-script">Search</span>
            <span class="with-script">Next</span>
          </button>
          <button class="tool with-script" type="button" data-log-previous="" data-shortcut="N">
            Previous
          </button>
        </form>
        <div class="log-tools">
          <button class="tool with-script" type="button" data-log-error="" data-shortcut="e">
            First error
          </button>
          <label class="tool with-script">
            <input type="checkbox" checked data-log-wrap="" data-shortcut="w" /> Wrap
          </label>
          <label class="tool with-script">
            <input type="checkbox" checked data-log-follow="" data-shortcut="f" /> Follow
          </label>
          {isEndless && (
            <button class="tool with-script" type="button" aria-pressed="false" data-log-pause="" data-shortcut="p">
              Pause
            </button>
          )}
          <a class="tool" href={downloadUrl} download="">
            Download
          </a>
        </div>
      </header>
      {/* A list that scrolls must be reachable by keyboard. */}
      <div class="log-scroll" tabindex={0} role="log" aria-label="Log lines" aria-live="off" data-log-scroll="">
        {omitted > 0 && (
          <p class="log-omitted">
            {omitted.toLocaleString("en")} earlier lines are left out here:{" "}
            <a href={downloadUrl} download="">
              download all of them
            </a>
          </p>
        )}
        <div class="log-chunks" data-log-chunks="">
          {chunksOf(linesOf(blocks)).map((chunk) => (
            <ol class={chunk.length === linesInChunk ? "log-chunk full" : "log-chunk"}>
              {chunk.map((line) => (
                <Line line={line} />
              ))}
            </ol>
          ))}
        </div>
        <p class="log-empty">{empty}</p>
        <ol id={logIncomingId} hidden></ol>
      </div>
    </section>
  );
}

/** New lines, as a message brings them. */
export function LogLines({ blocks }: { readonly blocks: readonly LogBlock[] }) {
  return (
    <>
      {linesOf(blocks).map((line) => (
        <Line line={line} />
      ))}
    </>
  );
}

/** The log begins anew: what it showed is thrown away by baton.js. */
export function LogRestart() {
  return <li data-log-restart=""></li>;
}

interface LogLine {
  readonly block: LogBlock;
  readonly time: string;
  readonly raw: string;
  readonly spans: ReturnType<typeof spansOf>[number];
}

function linesOf(blocks: readonly LogBlock[]): readonly LogLine[] {
  return blocks.flatMap((block) =>
    spansOf(block.lines).map((spans, index) => ({
      block,
      time: index === 0 ? block.time : "",
      raw: block.lines[index] ?? "",
      spans,
    })),
  );
}

function chunksOf(lines: readonly LogLine[]): readonly (readonly LogLine[])[] {
  const chunks: (readonly LogLine[])[] = [];
  for (let first = 0; first < lines.length; first += linesInChunk) {
    chunks.push(lines.slice(first, first + linesInChunk));
  }
  return chunks;
}

/** One element and its text where it can be: a log may have 100,000 of them. The margin is drawn by the style sheet. */
function Line({ line: { block, time, raw, spans } }: { readonly line: LogLine }) {
  const { kind, service } = block;
  const isError = kind === "bad" || (kind === "output" && looksLikeError(raw));
  return (
    <li class={`line line-${kind}${isError ? " is-error" : ""}`} data-t={time}>
      {service && <b class={`line-service hue-${service.hue}`}>{service.name}</b>}
      {spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
    </li>
  );
}
