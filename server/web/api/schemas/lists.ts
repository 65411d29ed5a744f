import { z } from "@hono/zod-openapi";

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().openapi({ description: "`before` of the next page" }),
  });
}

/** Treats an empty value as absent, because a form sends `?limit=` for an empty field. */
export function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema);
}

export const pageQuery = z.object({
  limit: unlessEmpty(z.coerce.number("enter a number").int().min(1).max(100).default(20)).openapi({
    description: "How many to return, at most 100",
  }),
  before: unlessEmpty(z.coerce.number("enter a number").int().positive().optional()).openapi({
    description: "`next` of the previous page",
  }),
});
