import type { ComposeProblem, Remark, VariableUse } from "./compose-project.ts";
import type { Place } from "./value.ts";

/** Collects what there is to say of a compose file while it is read, so that all of it is said at once. */
export interface Report {
  /** `what` is the rest of a sentence that begins with the key, or with "the file" where the key is empty. */
  problem(at: Place, key: string, what: string, hint: string): void;
  /** The same for what is accepted, and replaced or left out. */
  note(key: string, what: string): void;
  /** The same for what is probably not meant so. */
  warn(key: string, what: string): void;
  /** The same, with the place where it is written. */
  remark(at: Place, key: string, what: string): void;
  /** A variable was asked for. */
  used(use: VariableUse): void;
  problems(): readonly ComposeProblem[];
  notes(): readonly string[];
  warnings(): readonly string[];
  remarks(): readonly Remark[];
  variablesUsed(): readonly VariableUse[];
}

export function createReport(): Report {
  const problems = new Map<string, ComposeProblem>();
  const notes = new Map<string, Set<string>>();
  const warnings = new Map<string, Set<string>>();
  const remarks = new Map<string, Remark>();
  const uses = new Map<string, VariableUse>();
  return {
    problem({ file, line }, key, what, hint) {
      // The first thing that is wrong with a value is the cause of the next. And one fragment can be reached by several
      // ways: extends, include.
      const id = `${file}\n${line}\n${key}`;
      if (!problems.has(id)) problems.set(id, { file, line, key, message: `${key || "the file"} ${what}`, hint });
    },
    note: (key, what) => addTo(notes, key, what),
    warn: (key, what) => addTo(warnings, key, what),
    remark({ file, line }, key, what) {
      remarks.set(`${file}\n${line}\n${key}`, { file, line, message: `${key} ${what}` });
    },
    used({ name, hasDefault, isMissing }) {
      const before = uses.get(name);
      uses.set(name, { name, hasDefault: hasDefault || (before?.hasDefault ?? false), isMissing });
    },
    problems: () => inOrder([...problems.values()]),
    notes: () => inWords(notes),
    warnings: () => inWords(warnings),
    remarks: () => [...remarks.values()],
    variablesUsed: () => [...uses.values()],
  };
}

function addTo(said: Map<string, Set<string>>, key: string, what: string): void {
  said.set(what, (said.get(what) ?? new Set()).add(key));
}

/** The same thing of several keys is said once. */
function inWords(said: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...said].map(([what, keys]) => {
    const [first, ...others] = keys;
    return `${first} ${what}${others.length === 0 ? "" : ` (the same holds for ${others.join(", ")})`}`;
  });
}

/** Files as they were read, each from its top. */
function inOrder(problems: readonly ComposeProblem[]): readonly ComposeProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
}
