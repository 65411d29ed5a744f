import { looksLikeError } from "../../../server/rules/diagnosis/looks-like-error.ts";
import { spansOf } from "../../text/terminal-text.ts";

/** The kind of a line decides how prominent it is. */
export type LogKind = "stage" | "note" | "warning" | "output" | "good" | "waiting" | "bad";

/** Lines that belong together: colours continue from one line to the next. */
export interface LogBlock {
  readonly kind: LogKind;
  /** The text in the margin: the time since the deployment was requested, "0:04", or a time of day in UTC. */
  readonly time: string;
  /** The exact time if the margin shows a time of day, so that a script can show it in the reader's time zone. */
  readonly at?: Date | null;
  readonly lines: readonly string[];
  /** Shown before each line if several services print into one log. */
  readonly service?: { readonly name: string; readonly hue: number } | null;
}

export interface LogPanelProps {
  readonly title: string;
  readonly blocks: readonly LogBlock[];
  /** How many earlier lines are left out. */
  readonly omitted: number;
  /** The complete log as a file. */
  readonly downloadUrl: string;
  /** Where the search form leads without scripts. Hidden fields keep the page's other parameters. */
  readonly search: { readonly path: string; readonly query: Readonly<Record<string, string>>; readonly words: string };
  /** Whether the log never ends. It can then be paused, and its margin shows times of day. */
  readonly isEndless?: boolean;
  /** The text that is shown if there are no lines. */
  readonly empty: string;
}

/** The element that a stream adds new lines to. A script moves them into the log unless the log is paused. */
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
      {/* Keyboard users must be able to focus a list that scrolls. */}
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

/**
 * New lines in a message, as data. A script turns them into elements when they scroll into view (assets/log/lines.js).
 */
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

/** Restarts the log: its lines are removed when the first new ones arrive. */
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

/** The style sheet draws the margin. */
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
