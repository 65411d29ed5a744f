import { z } from "@hono/zod-openapi";

export const time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });

export const id = z.int().positive();

export const idInPath = z.coerce
  .number("enter a number")
  .int("enter a whole number")
  .positive("enter a positive number");

export const idParam = z.object({ id: idInPath });

export const productParam = z.object({ product: z.string().openapi({ description: "Its slug", example: "my-app" }) });
