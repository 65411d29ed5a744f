import { parseEnvFile } from "../../model/values/env-file.ts";
import { variableNameFault, variableNamePattern, variableValueFault } from "../../model/values/variable.ts";

export interface PastedVariables {
  /** The last value of each name. */
  readonly values: ReadonlyMap<string, string>;
  /** In the order of the lines. */
  readonly faults: readonly PasteFault[];
  /** A sentence for each line whose value a later line replaces. */
  readonly repeats: readonly string[];
}

/** A line that sets no variable, and the reason. */
export interface PasteFault {
  readonly line: number;
  /** A sentence that begins with the line's number. */
  readonly sentence: string;
  /** The line as it was pasted, or the lines that a value spans. */
  readonly text: string;
}

const keepAsWritten = "Put single quotes around the value to keep it as written.";

/**
 * Parses the text of a .env file as Compose does. Values may refer to variables of earlier lines only, so that nobody
 * can read a stored value by naming it. `${{ NAME }}` is kept as it is: a reference, which is resolved when the value is
 * used.
 */
export function readPastedVariables(text: string): PastedVariables {
  const { lines, problems } = parseEnvFile(text, () => undefined, { keepsReferences: true });
  const values = new Map<string, string>();
  const setAt = new Map<string, number>();
  const repeats: string[] = [];
  const source = text.split(/\r\n?|\n/);
  const faults: PasteFault[] = [];
  const fault = (at: { readonly line: number; readonly lastLine: number }, what: string) =>
    faults.push({
      line: at.line,
      sentence: `Line ${at.line}: ${what}`,
      text: source.slice(at.line - 1, at.lastLine).join("\n"),
    });

  for (const problem of problems) {
    const { subject, message } = problem;
    const hint = message.includes("NAME=value") ? "" : ` ${keepAsWritten}`;
    fault(problem, hint ? `${subject} ${message}.${hint}` : `"${subject}" ${message}.`);
  }
  for (const line of lines) {
    const { name, value, undefinedNames } = line;
    const [first] = undefinedNames;
    const valueFault = value === null ? null : variableValueFault(value);
    if (!variableNamePattern.test(name)) fault(line, `${variableNameFault(name)}.`);
    else if (value === null) fault(line, `${name} has no value. Write ${name}=value, or ${name}= for an empty one.`);
    else if (first !== undefined) fault(line, `${name} uses $${first}, which no line above sets. ${keepAsWritten}`);
    else if (valueFault) fault(line, `the value of ${name} ${valueFault}.`);
    else {
      const before = setAt.get(name);
      if (before !== undefined)
        repeats.push(`Line ${before}: ${name} is set again on line ${line.line}, which counts.`);
      setAt.set(name, line.line);
      values.set(name, value);
    }
  }
  return { values, repeats, faults: faults.toSorted((a, b) => a.line - b.line) };
}
