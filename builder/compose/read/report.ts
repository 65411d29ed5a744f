import type { ComposeProblem, Remark } from "../project/compose-project.ts";
import type { ComposeLocation } from "./value.ts";

/** Collects the problems and notes on a compose file while it is read, so that all of them are shown at once. */
export interface Report {
  /** `what` is the rest of a sentence that begins with the key, or with "the file" when the key is empty. */
  problem(at: ComposeLocation, key: string, what: string, hint: string): void;
  /** `message` is a whole sentence about a line, not about a key. */
  fault(at: ComposeLocation, message: string, hint: string): void;
  /** Notes a key that was accepted and then replaced or left out. `what` is the rest of a sentence, as above. */
  note(key: string, what: string): void;
  /** Warns of a probable mistake. `what` is the rest of a sentence, as above. */
  warn(key: string, what: string): void;
  /** Remarks on a key at a place in the file. `what` is the rest of a sentence, as above. */
  remark(at: ComposeLocation, key: string, what: string): void;
  /**
   * Records that a variable's value became part of a text that others can read. It is remarked on when the variable is
   * a secret.
   */
  exposed(at: ComposeLocation, key: string, variable: string, text: string, to: "image" | "command line"): void;
  problems(): readonly ComposeProblem[];
  notes(): readonly string[];
  warnings(): readonly string[];
  remarks(): readonly Remark[];
}

const whereSeen = {
  image: (name: string) =>
    `puts the secret ${name} in the image, where \`docker history\` shows it: set “In builds” to Yes for it, and use RUN --mount=type=secret,id=${name} instead`,
  "command line": (name: string) =>
    `puts the secret ${name} on a command line, which the host's process list shows: have the program read it from its environment`,
};

/** `secrets` holds the values of the variables that nobody may read. */
export function createReport(secrets: Readonly<Record<string, string>> = {}): Report {
  const problems = new Map<string, ComposeProblem>();
  const notes = new Map<string, Set<string>>();
  const warnings = new Map<string, Set<string>>();
  const remarks = new Map<string, Remark>();
  const remark: Report["remark"] = ({ file, line }, key, what) => {
    remarks.set(`${file}\n${line}\n${key}`, { file, line, message: `${key} ${what}` });
  };
  return {
    problem({ file, line }, key, what, hint) {
      // Only the first problem with a value is kept, because it causes the next. Also, one fragment can be reached
      // several times through extends and include.
      const id = `${file}\n${line}\n${key}`;
      if (!problems.has(id)) problems.set(id, { file, line, key, message: `${key || "the file"} ${what}`, hint });
    },
    fault({ file, line }, message, hint) {
      const id = `${file}\n${line}\n`;
      if (!problems.has(id)) problems.set(id, { file, line, key: "", message, hint });
    },
    note: (key, what) => addTo(notes, key, what),
    warn: (key, what) => addTo(warnings, key, what),
    remark,
    exposed(at, key, variable, text, to) {
      const value = Object.hasOwn(secrets, variable) ? (secrets[variable] ?? "") : "";
      if (!isRevealing(value) || !text.includes(value)) return;
      remark(at, key, whereSeen[to](variable));
    },
    problems: () => inOrder([...problems.values()]),
    notes: () => inWords(notes),
    warnings: () => inWords(warnings),
    remarks: () => [...remarks.values()],
  };
}

/** Whether a value gives anything away. Variables are secret by default, but nobody minds a visible port or switch. */
function isRevealing(value: string): boolean {
  return value !== "" && !/^(?:\d{1,5}|true|false|yes|no|on|off|production|development|test|staging)$/i.test(value);
}

function addTo(said: Map<string, Set<string>>, key: string, what: string): void {
  said.set(what, (said.get(what) ?? new Set()).add(key));
}

/** Merges notes that say the same of several keys. */
function inWords(said: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...said].map(([what, keys]) => {
    const [first, ...others] = keys;
    return `${first} ${what}${others.length === 0 ? "" : ` (the same goes for ${others.join(", ")})`}`;
  });
}

/** Sorts problems by file in the order of reading, and by line within a file. */
function inOrder(problems: readonly ComposeProblem[]): readonly ComposeProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
}
