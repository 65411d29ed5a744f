import { z } from "@hono/zod-openapi";

export const time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });

export const id = z.int().positive();

/** A whole number in an address. The message says which ones are accepted. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const isOpen = most === Number.MAX_SAFE_INTEGER;
  const rule = `enter a whole number ${isOpen ? `of at least ${least}` : `from ${least} to ${most}`}`;
  return z.coerce.number(rule).int(rule).min(least, rule).max(most, rule);
}

export const idInPath = wholeNumber(1);

export const idParam = z.object({ id: idInPath });

export const productParam = z.object({ product: z.string().openapi({ description: "Its slug", example: "my-app" }) });

export const variableParam = z.object({ id: idInPath, name: z.string().openapi({ example: "DATABASE_URL" }) });
