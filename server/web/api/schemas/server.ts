import { z } from "@hono/zod-openapi";

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: "For programs", example: "not_found" }),
      message: z.string().openapi({ description: "One sentence for people" }),
    }),
  })
  .openapi("Error");

export const healthSchema = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    database: z.string(),
    docker: z.string(),
    caddy: z.string(),
  })
  .openapi("Health", { description: "Each part is `ok` or says what is wrong" });
