import { z } from "@hono/zod-openapi";
import { parseSlug } from "../../../model/product.ts";
import { wholeNumber } from "./ids.ts";

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().openapi({ description: "`before` of the next page" }),
  });
}

/** A list in the order of what its entries are known by. It begins after the last one of the previous page. */
export function forwardListOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().openapi({ description: "`after` of the next page; absent on the last" }),
  });
}

/** Treats an empty value as absent, because a form sends `?limit=` for an empty field. */
export function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema);
}

const mostInAPage = 100;

export const pageQuery = z.object({
  limit: unlessEmpty(wholeNumber(1, mostInAPage).default(20)).openapi({
    description: `How many to return, at most ${mostInAPage}`,
  }),
  before: unlessEmpty(wholeNumber(1).optional()).openapi({
    description: "`next` of the previous page",
  }),
});

const forwardLimit = (usual: number) =>
  unlessEmpty(wholeNumber(1, mostInAPage).default(usual)).openapi({
    description: `How many to return, at most ${mostInAPage}`,
  });

export const pageAfterId = z.object({
  limit: forwardLimit(50),
  after: unlessEmpty(wholeNumber(1).optional()).openapi({
    description: "`next` of the previous page",
  }),
});

export const pageAfterName = z.object({
  limit: forwardLimit(mostInAPage),
  after: unlessEmpty(
    z
      .string()
      .refine((name) => parseSlug(name) !== null, "enter the name of a product")
      .optional(),
  ).openapi({ description: "`next` of the previous page" }),
});
