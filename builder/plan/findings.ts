import { type Finding, PlanProblem } from "./plan.ts";

/** Combines all findings into one problem. The message is a sentence about the first; the hint has a line for each. */
export function findingsProblem(findings: readonly Finding[]): PlanProblem {
  const [first] = findings;
  if (first === undefined) throw new Error("nothing was found");
  if (findings.length === 1) return new PlanProblem(inWords(first), first.hint, findings);
  const message = `${findings.length} problems prevent this deployment. The first: ${inWords(first)}`;
  return new PlanProblem(message, findings.map(asLine).join("\n"), findings);
}

function inWords({ file, line, message }: Finding): string {
  if (file === null) return message;
  return `${file}${line === null ? "" : `, line ${line}`}: ${message}`;
}

/** Writes a finding with its location in the format of compilers, which editors and terminals can open. */
function asLine({ file, line, message, hint }: Finding): string {
  const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}: `;
  return `${place}${message}${hint === null ? "" : `. ${hint}`}`;
}

/**
 * Attempts all items in order and returns the results and the problems. A failure does not hide problems of later
 * items.
 */
export async function attemptAll<Item, Result>(
  items: readonly Item[],
  attempt: (item: Item) => Promise<Result>,
): Promise<{
  readonly results: readonly Result[];
  readonly failed: readonly (readonly [item: Item, problem: PlanProblem])[];
}> {
  const results: Result[] = [];
  const failed: (readonly [Item, PlanProblem])[] = [];
  for (const item of items) {
    try {
      results.push(await attempt(item));
    } catch (error) {
      if (!(error instanceof PlanProblem)) throw error;
      failed.push([item, error]);
    }
  }
  return { results, failed };
}
