import type { ErrorObject } from "ajv/dist/2020.js";
import { type Field, locate } from "./field.ts";
import { nearest } from "./nearest.ts";
import type { ComposeLocation } from "./value.ts";

export interface SchemaProblem {
  readonly at: ComposeLocation;
  readonly key: string;
  /** The key as a list of steps to the offending value. */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
}

const hintForValues = "See https://docs.docker.com/reference/compose-file/ for the values it accepts.";

/** Turns the validator's errors into one sentence for each place. */
export function schemaProblems(errors: readonly ErrorObject[], root: Field): readonly SchemaProblem[] {
  return [...byPlace(errors)].flatMap(([pointer, found]) => {
    const path = stepsOf(pointer);
    return inWords(found).map(({ step, message, hint }) => {
      const steps = step === null ? path : [...path, step];
      const { at, key } = locate(root, steps);
      return { at, key, path: steps, message, hint };
    });
  });
}

/**
 * Groups the errors by place. Where a value may have several forms, the validator reports errors for all of them. The
 * form that was meant is the one that matched furthest, so errors further down or of another kind than "type" silence
 * type errors.
 */
function byPlace(errors: readonly ErrorObject[]): ReadonlyMap<string, readonly ErrorObject[]> {
  const relevant = errors.filter(({ keyword }) => keyword !== "oneOf");
  const silenced = new Set<string>();
  for (const { instancePath, keyword } of relevant) {
    if (keyword !== "type") silenced.add(instancePath);
    for (let at = instancePath.lastIndexOf("/"); at >= 0; at = instancePath.lastIndexOf("/", at - 1)) {
      silenced.add(instancePath.slice(0, at));
      if (at === 0) break;
    }
  }
  const heard = relevant.filter(({ instancePath, keyword }) => keyword !== "type" || !silenced.has(instancePath));
  const places = new Map<string, ErrorObject[]>();
  for (const error of heard) {
    const place = places.get(error.instancePath);
    if (place) place.push(error);
    else places.set(error.instancePath, [error]);
  }
  return places;
}

interface Said {
  /** The name below the place that the message is about. */
  readonly step: string | null;
  readonly message: string;
  readonly hint: string;
}

function inWords(errors: readonly ErrorObject[]): readonly Said[] {
  const types = errors.filter(({ keyword }) => keyword === "type");
  const others = errors.filter(({ keyword }) => keyword !== "type");
  if (types.length === 0) return others.map(oneInWords);
  const accepted = [...new Set(types.flatMap(({ params }) => [params.type].flat() as readonly string[]))];
  const names = [...new Set(accepted.map((type) => typeNames[type] ?? type))];
  const hint = hintForType(accepted, errors[0]?.instancePath ?? "");
  return [{ step: null, message: `must be ${names.join(" or ")}`, hint }];
}

/** Returns hints for the most common mistakes: `- NAME: value`, and a single value where a list is expected. */
function hintForType(accepted: readonly string[], pointer: string): string {
  if (/\/(?:environment|args|labels|annotations)\/\d+$/.test(pointer)) {
    return 'Write the item as "NAME=value", in quotes, or write all of them without hyphens, as NAME: value.';
  }
  return accepted.length === 1 && accepted[0] === "array"
    ? "Write it in brackets, [ … ], or each value on a line of its own after a hyphen."
    : hintForValues;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "empty",
};

function oneInWords({ keyword, params, parentSchema, message, instancePath }: ErrorObject): Said {
  switch (keyword) {
    case "additionalProperties":
      return unknownKey(String(params.additionalProperty), parentSchema, instancePath);
    case "enum":
      return { step: null, message: `must be one of ${params.allowedValues.join(", ")}`, hint: hintForValues };
    case "required":
      return { step: null, message: `lacks ${params.missingProperty}`, hint: hintForValues };
    case "uniqueItems":
      return { step: null, message: "lists the same thing twice", hint: "Remove one of the two." };
    case "minimum":
    case "maximum":
      return { step: null, message: `must be ${params.comparison} ${params.limit}`, hint: hintForValues };
    default:
      return { step: null, message: message ?? `does not fit (${keyword})`, hint: hintForValues };
  }
}

function unknownKey(key: string, parentSchema: ErrorObject["parentSchema"], pointer: string): Said {
  const known = Object.keys(parentSchema?.properties ?? {});
  if (known.length === 0) {
    const hint = "Use letters, digits, dots, underscores and hyphens.";
    return { step: key, message: `is not a name that Compose allows under ${stepsOf(pointer).at(-1)}`, hint };
  }
  const close = nearest(key, known);
  const service = pointer === "" ? "If it is a service, indent it under `services:`. Otherwise remove it" : "Remove it";
  const hint = close ? `Did you mean ${close}?` : `${service}, or start it with x- if it is not meant for Compose.`;
  return { step: key, message: "is not a Compose key here", hint };
}

/** Splits a pointer such as `/services/web~1api/ports/0` into its steps. */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
