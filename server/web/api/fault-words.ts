import type { z } from "@hono/zod-openapi";
import { counted } from "../../rules/wording/duration-text.ts";

type Issue = z.core.$ZodIssue;

/**
 * One sentence, without its full stop, about the first error. It uses the schema's message if there is one. `nameOf`
 * returns the name that users know a field by; the default is its path.
 */
export function faultSentence(error: z.ZodError, nameOf: (path: string) => string = (path) => path): string {
  const issue = error.issues[0];
  if (!issue) return "the request does not match what this call accepts";
  // The key itself is wrong, and the message names it.
  if (issue.code === "invalid_key") {
    const inner = issue.issues[0];
    return inner && !isZods(inner.message) ? inner.message : `"${issue.path.at(-1)?.toString()}" is not a valid name`;
  }
  if (issue.code === "unrecognized_keys") return `"${issue.keys.join('", "')}" is not a field of this call`;
  const where = nameOf(issue.path.join("."));
  if (isZods(issue.message)) return `${where || "the body"} ${predicateOf(issue)}`;
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

/** The same for an error that is shown next to its field, so it does not repeat the name. */
export function faultInField(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "is not valid";
  return isZods(issue.message) ? predicateOf(issue) : issue.message;
}

/** Our own messages begin in lower case. */
function isZods(message: string): boolean {
  return /^(?:Invalid|Too (?:small|big)|Unrecognized)\b/.test(message);
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

function predicateOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.message.endsWith("received undefined")) return "is missing";
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      if (issue.minimum === 1 && issue.inclusive !== false && isCounted(issue.origin)) return "must not be empty";
      return `must ${issue.inclusive === false ? "be more than" : atLeast(issue.origin)} ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `must ${issue.inclusive === false ? "be less than" : atMost(issue.origin)} ${amount(issue.maximum, issue.origin)}`;
    default:
      return "is not what this call accepts";
  }
}

function isCounted(origin: string): boolean {
  return origin === "string" || origin === "array";
}

function atLeast(origin: string): string {
  return isCounted(origin) ? "have at least" : "be at least";
}

function atMost(origin: string): string {
  return isCounted(origin) ? "have at most" : "be at most";
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === "string") return counted(Number(limit), "character");
  return origin === "array" ? counted(Number(limit), "item") : String(limit);
}
