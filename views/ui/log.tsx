import { looksLikeError } from "../../server/rules/diagnosis/looks-like-error.ts";
import { spansOf } from "../text/terminal-text.ts";

/** What kind of line it is decides how loud it is. */
export type LogKind = "stage" | "note" | "warning" | "output" | "good" | "waiting" | "bad";

/** Lines that belong together: colours last from one to the next. */
export interface LogBlock {
  readonly kind: LogKind;
  /** What stands in the margin: since the deployment was asked for, "0:04", or a time of day, in UTC. */
  readonly time: string;
  /** Where it is a time of day: which, so that a script can say it as the reader's clock does. */
  readonly at?: Date | null;
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

/** Where a stream puts new lines; a script takes them from there into the log, unless it is held. */
export const logIncomingId = "log-incoming";

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
            {omitted.toLocaleString("en")} earlier lines are not shown:{" "}
            <a href={downloadUrl} download="">
              download the full log
            </a>
          </p>
        )}
        <div class="log-chunks" data-log-chunks="">
          {blocks.length > 0 && (
            <ol class="log-chunk">
              {linesOf(blocks).map((line) => (
                <Line line={line} />
              ))}
            </ol>
          )}
        </div>
        <p class="log-empty">{empty}</p>
        <ol id={logIncomingId} hidden></ol>
      </div>
    </section>
  );
}

/** New lines, as a message brings them: data, of which a script makes elements when they are seen (assets/log/lines.js). */
export function LogLines({ blocks }: { readonly blocks: readonly LogBlock[] }) {
  return <li data-log-lines={JSON.stringify(blocks.map(dataOf))}></li>;
}

function dataOf({ kind, time, at, service, lines }: LogBlock) {
  return {
    kind,
    time,
    at: at?.getTime(),
    service: service ?? null,
    lines: spansOf(lines).map((spans) => spans.map(({ text, classes }) => [text, classes])),
    errors: [...lines.keys()].filter((index) => isError(kind, lines[index] ?? "")),
  };
}

/** The log begins anew: what it showed goes when the first new lines come. */
export function LogRestart() {
  return <li data-log-restart=""></li>;
}

interface LogLine {
  readonly block: LogBlock;
  readonly isFirst: boolean;
  readonly raw: string;
  readonly spans: ReturnType<typeof spansOf>[number];
}

function linesOf(blocks: readonly LogBlock[]): readonly LogLine[] {
  return blocks.flatMap((block) =>
    spansOf(block.lines).map((spans, index) => ({
      block,
      isFirst: index === 0,
      raw: block.lines[index] ?? "",
      spans,
    })),
  );
}

function isError(kind: LogKind, line: string): boolean {
  return kind === "bad" || (kind === "output" && looksLikeError(line));
}

/** The margin is drawn by the style sheet. */
function Line({ line: { block, isFirst, raw, spans } }: { readonly line: LogLine }) {
  const { kind, time, at, service } = block;
  const classes = `line line-${kind}${isError(kind, raw) ? " is-error" : ""}`;
  return (
    <li class={classes} data-kind={kind} data-t={isFirst ? time : ""} data-at={isFirst ? at?.toISOString() : undefined}>
      {service && (
        <b class={`line-service hue-${service.hue}`} data-hue={service.hue}>
          {service.name}
        </b>
      )}
      {spans.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
    </li>
  );
}
