import { BuildFailed } from "../../ports/engine/images.ts";
import { explain, familiar } from "../images/registry-error.ts";

/** The daemon's report of a failed build. */
export interface BuildError {
  readonly message: string;
  /** The exit code that the classic builder reports; BuildKit writes it into the message instead. */
  readonly exitCode: number | null;
  /**
   * The step that failed, as the builder names it: "[2/4] RUN npm ci", "[internal] load metadata for
   * docker.io/library/node:22". Null before the first step.
   */
  readonly step: string | null;
}

const commandPatterns = [
  // BuildKit up to 0.9, then later versions, which quote as Go does.
  /^executor failed running \[(?<command>.*)\]: exit code: (?<code>\d+)$/s,
  /^process (?<quoted>".*") did not complete successfully: exit code: (?<code>\d+)/s,
  // The classic builder.
  /^The command '(?<command>.*)' returned a non-zero code: (?<code>\d+)$/s,
];

/** Turns either builder's error message into facts. Pure; the tests hold real messages. */
export function buildFailure(error: BuildError): BuildFailed {
  const message = clean(error.message);
  const instruction = instructionOf(error.step);

  for (const pattern of commandPatterns) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    const step = withoutShell(groups.command ?? unquote(groups.quoted ?? ""));
    const exitCode = error.exitCode ?? Number(groups.code);
    return new BuildFailed(`"${oneLine(step)}" failed with exit code ${exitCode}.`, { step, exitCode });
  }
  if (/no space left on device/i.test(message)) {
    return new BuildFailed(`The disk of the Docker host is full: ${message}`, { step: commandOf(instruction) });
  }
  const missing = missingImage(error.step, message);
  if (missing !== null) return new BuildFailed(`${missing.words}.`, { missingBase: missing.reference });
  const parsing = parseError(message);
  if (parsing !== null) return new BuildFailed(parsing, {});
  const step = commandOf(instruction);
  const words = message.replace(/^executor failed running \[.*\]: /s, "");
  return new BuildFailed(step === null ? words : `"${oneLine(step)}" failed: ${words}`, { step });
}

/** Removes the prefixes that only name the layers of the builder an error passed through. */
function clean(message: string): string {
  const layer =
    /^(?:failed to solve(?: with frontend [\w.]+)?|failed to create LLB definition|failed to (?:compute|load) cache key|failed to calculate checksum of ref [^:]+(?:::\S+)?|rpc error: code = \w+ desc =):? /;
  let text = message.trim();
  while (layer.test(text)) text = text.replace(layer, "");
  return text
    .replace(/\/[\w./-]{1,200}\/buildkit-mount\d+\//g, "")
    .replace(/^\S+: failed to resolve source metadata for \S+: /, "")
    .replace(/(?:: not found)+$/, ": not found")
    .replace(/": not found$/, '" not found')
    .replace(/ not found: not found$/, " not found");
}

/**
 * The sentence for a line that the frontend cannot parse; null for another error. Versions differ in their words, and in
 * the instruction of which newer ones say "did you mean": that is a guess which changes from one build to the next.
 */
function parseError(message: string): string | null {
  const { line, words } =
    /^dockerfile parse error(?: on)? line (?<line>\d+): (?<words>.*)$/is.exec(message)?.groups ?? {};
  if (line === undefined || words === undefined) return null;
  const reason = words
    .replace(/ \(did you mean [^)]*\)$/i, "")
    .replace(/^unknown flag: (?:--)?/i, "unknown flag: --")
    .replace(/^unknown instruction: /i, "unknown instruction: ");
  return `line ${line} of the Dockerfile cannot be read (${reason})`;
}

/** Turns "[build 2/4] RUN npm ci" into "RUN npm ci". Null for a step that is not in the Dockerfile. */
function instructionOf(step: string | null): string | null {
  return /^\[(?:\S+ )?\d+\/\d+\] (.*)$/s.exec(step ?? "")?.[1] ?? null;
}

/** The text to look for in the Dockerfile: the command of a RUN, otherwise the instruction. */
function commandOf(instruction: string | null): string | null {
  if (instruction === null || /^FROM\b/i.test(instruction)) return null;
  const run = /^RUN\s+(?:--\S+\s+)*(.*)$/is.exec(instruction)?.[1];
  if (run !== undefined) return run;
  return instruction;
}

/** Turns `/bin/sh -c npm ci` into `npm ci`. The prefix is a shell and its options, of which one ends in `c`. */
function withoutShell(command: string): string {
  return command.replace(/^(?:\/\S*\/)?(?:a|ba|da|k|z)?sh(?: (?:-[a-z]+|pipefail))*? -[a-z]*c /, "");
}

interface MissingImage {
  readonly reference: string;
  readonly words: string;
}

function missingImage(step: string | null, message: string): MissingImage | null {
  if (/invalid reference format/.test(message)) return null;
  // The classic builder's message when COPY --from names an image that does not exist.
  const from = /^invalid from flag value (\S+): (.*)$/s.exec(message);
  if (from?.[1] && from[2]) return { reference: familiar(from[1]), words: explain(from[2]) };
  if (step === null) return null;

  const frontend = /^resolve image config for (?:docker-image:\/\/)?(\S+)$/.exec(step)?.[1];
  if (frontend) {
    return {
      reference: familiar(frontend),
      words: `the Dockerfile's "# syntax" line asks for it, and ${explain(message)}`,
    };
  }
  const metadata = /^\[\S+\] load metadata for (\S+)$/.exec(step)?.[1];
  const base = metadata ?? /^(?:\[[^\]]*\] )?FROM (?:--\S+ )*(\S+)/i.exec(step)?.[1];
  if (base === undefined) return null;
  // The classic builder names the step before it substitutes the variable in `FROM node:${VERSION}`.
  const named = /(?:manifest for|pull access denied for) ([^\s,]+)/.exec(message)?.[1];
  return { reference: familiar(named ?? base), words: explain(message) };
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

function oneLine(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
