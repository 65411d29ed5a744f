import { z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { faultSentence } from "../../../server/web/api/fault-words.ts";

test.each<[z.ZodType, unknown, string]>([
  [z.object({ name: z.string() }), {}, "name is missing"],
  [z.object({ name: z.string() }), [], "the body must be an object"],
  [z.object({ name: z.string() }), { name: 1 }, "name must be text"],
  [z.object({ on: z.boolean() }), { on: "yes" }, "on must be true or false"],
  [z.object({ limit: z.coerce.number().int() }), { limit: "1.5" }, "limit must be a whole number"],
  [z.object({ limit: z.number().min(1).max(100) }), { limit: 500 }, "limit must be at most 100"],
  [z.object({ limit: z.number().min(1) }), { limit: 0 }, "limit must be at least 1"],
  [z.object({ limit: z.number().positive() }), { limit: -1 }, "limit must be more than 0"],
  [z.object({ names: z.array(z.string()).max(1) }), { names: ["a", "b"] }, "names must have at most 1 item"],
  [z.object({ name: z.string().min(1) }), { name: "" }, "name must not be empty"],
  [z.object({ name: z.string().max(2) }), { name: "abc" }, "name must have at most 2 characters"],
  [z.object({ by: z.enum(["then", "now"]) }), { by: "x" }, 'by must be "then" or "now"'],
  [z.object({ at: z.iso.datetime() }), { at: "x" }, "at is not what this call accepts"],
  [z.strictObject({}), { more: 1 }, '"more" is not a field of this call'],
  [z.object({ set: z.record(z.string().regex(/^a$/), z.string()) }), { set: { b: "" } }, '"b" is not a valid name'],
  [z.object({ n: z.string("enter a number") }), { n: 1 }, "n: enter a number"],
  [z.string("enter a number"), 1, "enter a number"],
])("what is wrong is said in plain words: %#", (schema, value, sentence) => {
  const { error } = schema.safeParse(value);
  expect(error && faultSentence(error)).toBe(sentence);
});

test("a page calls a field what it says beside it", () => {
  const { error } = z.object({ branch: z.string("enter a branch") }).safeParse({});
  expect(error && faultSentence(error, () => "Branch to deploy")).toBe("Branch to deploy: enter a branch");
});
