import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { rootField } from "./field.ts";
import type { Report } from "./report.ts";
import composeSpec from "./schema/compose-spec.json" with { type: "json" };
import { schemaProblems } from "./schema-problems.ts";
import { list, type Mapping, mapping, scalar, toPlain, type Value } from "./value.ts";

/** The limit on reported problems. A file with more is probably not a compose file. */
const maxProblems = 200;

/**
 * The validator, compiled when the first compose file is read: it takes a moment, and most servers see none for a
 * while.
 */
let compiled: ((data: unknown) => readonly ErrorObject[]) | undefined;

function errorsOf(data: unknown): readonly ErrorObject[] {
  compiled ??= compile();
  return compiled(data);
}

function compile(): (data: unknown) => readonly ErrorObject[] {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    // The schema is valid. Strict mode would only complain about its style.
    strict: false,
    validateSchema: false,
    // Durations are read where they are used, and problems with them are reported there.
    validateFormats: false,
    // Each file is checked once, so fast compilation matters more than fast checks.
    inlineRefs: false,
    code: { optimize: false },
  });
  const validate = ajv.compile(composeSpec);
  return (data) => (validate(data) ? [] : (validate.errors ?? []));
}

/**
 * Reports what the Compose Specification does not allow and returns the rest, so that readers can rely on the schema.
 */
export function checkSchema(root: Mapping, report: Report): Mapping {
  const data = toPlain(root);
  const problems = schemaProblems(errorsOf(data), rootField(root));
  for (const { at, key, message, hint } of problems.slice(0, maxProblems)) report.problem(at, key, message, hint);
  if (problems.length > maxProblems) {
    const what = `has ${problems.length - maxProblems} more problems`;
    report.problem(root.at, "", what, "Fix those listed, then check again.");
    return mapping(new Map(), root);
  }
  return problems.reduce((rest, { path }) => without(rest, path), root);
}

function without(root: Mapping, path: readonly string[]): Mapping {
  const pruned = prune(root, path);
  return pruned?.type === "mapping" ? pruned : mapping(new Map(), root);
}

/** Removes the value at a path. A list keeps an empty place for it, so that the other items keep their numbers. */
function prune(value: Value, path: readonly string[]): Value | null {
  const [step, ...rest] = path;
  if (step === undefined) return null;
  switch (value.type) {
    case "scalar":
      return null;
    case "list": {
      const pruneItem = (item: Value) => prune(item, rest) ?? scalar(null, item);
      return list(
        value.items.map((item, index) => (String(index) === step ? pruneItem(item) : item)),
        value,
      );
    }
    case "mapping": {
      const entries = new Map(value.entries);
      const entry = entries.get(step);
      const kept = entry ? prune(entry.value, rest) : null;
      if (entry && kept) entries.set(step, { at: entry.at, value: kept });
      else entries.delete(step);
      return mapping(entries, value);
    }
  }
}
