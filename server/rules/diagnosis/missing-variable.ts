import type { Failure } from "../../model/deployment/deployment.ts";
import { causeLine } from "./cause-line.ts";

const name = "[\"'`$\\{]*([A-Z][A-Z0-9_]{1,127})[\"'`\\}]*";
const variable = "(?:env(?:ironment)?\\.? )?(?:variable|var)s?";
const given = "(?:set|found|provided|configured|present|specified|defined)";

const sayings: readonly RegExp[] = [
  // DATABASE_URL is not set; the variable "MAIL_FROM" needs to be set; STRIPE_KEY env var is required
  new RegExp(
    `${name}(?: ${variable})?:? (?:is|was|are|has|must|needs)(?: \\w+){0,2}? ?(?:\\bnot (?:been )?${given}|unset|missing|required|empty|be ${given})`,
  ),
  // Missing required environment variable: API_KEY
  new RegExp(`(?:[Mm]issing|[Rr]equired|[Uu]nset|[Nn]o|[Nn]eeds?)(?: the| an?)?(?: required)? ${variable}:? ${name}`),
  // Environment variable not found: DATABASE_URL
  new RegExp(`[Vv]ariables? (?:not ${given}|missing|required)\\W{1,3}${name}`),
  new RegExp(`\\bSet (?:the |your )?${name} ${variable}`),
  new RegExp(`\\bMissing ${name}(?![\\w.])`),
  new RegExp(`\\bprocess\\.env\\.${name} .{0,20}(?:undefined|not|missing|required)`),
  // Python's os.environ["DATABASE_URL"], Ruby's ENV.fetch("DATABASE_URL"), sh's ${DATABASE_URL:?}
  /\bKeyError: '([A-Z][A-Z0-9_]{1,127})'/,
  /key not found: "([A-Z][A-Z0-9_]{1,127})"/,
  /: ([A-Z][A-Z0-9_]{1,127}): (?:unbound variable|parameter (?:not set|null or not set))/,
];

/** JavaScript also says "FOO is not defined" about its own names, and a variable with a default is not missing. */
const notMissed =
  /ReferenceError|NameError|\bHTTPS? is|\b(?:using|defaults?|defaulting|fall(?:ing)? back|optional|disabled|skipping|ignor\w+)\b/;

/** The variable that a program misses, according to one line of its output. */
export function missingVariable(line: string): string | null {
  if (notMissed.test(line)) return null;
  const text = line.slice(0, 500);
  for (const saying of sayings) {
    const found = saying.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** The same for all of its output: the line that says why it failed takes precedence. */
export function variableMissedIn(lines: readonly string[]): string | null {
  const cause = causeLine(lines);
  if (cause !== null) return missingVariable(cause);
  for (const line of lines) {
    const variable = missingVariable(line);
    if (variable !== null) return variable;
  }
  return null;
}

/** The variable that a failed deployment misses, according to its failure and its output. */
export function variableMissedBy({ message, lastLines }: Pick<Failure, "message" | "lastLines">): string | null {
  return missingVariable(message) ?? variableMissedIn(lastLines);
}
