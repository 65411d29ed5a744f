import { z } from "@hono/zod-openapi";
import { scopes } from "../../../../model/access/scope.ts";
import { refusedName } from "../../../../rules/sign-in/refused-person.ts";
import { id, wholeNumber } from "../ids.ts";

export const tokenSchema = z
  .object({
    id,
    name: z.string().openapi({ example: "ci" }),
    owner: z.string().openapi({ description: "Whose rights it has, and who its actions are recorded as" }),
    scopes: z.array(z.enum(scopes)),
    products: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The slugs of the products that it is limited to; null: it is not limited" }),
    hint: z.string().nullable().openapi({ description: "How it begins", example: "baton_0PdJ3k9Za" }),
    createdAt: z.string().openapi({ format: "date-time" }),
    expiresAt: z.string().nullable().openapi({ format: "date-time", description: "null: never" }),
    lastUsedAt: z.string().nullable().openapi({ format: "date-time" }),
    lastUsedAddress: z.string().nullable(),
  })
  .openapi("Token");

export const defaultExpiryDays = 90;
const mostDays = 3650;

export const newTokenSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .refine((name) => refusedName(name) === null, { error: ({ input }) => refusedName(String(input)) ?? "" })
    .openapi({ example: "ci" }),
  scopes: z
    .array(z.enum(scopes, `enter ${scopes.map((scope) => `"${scope}"`).join(", ")}`))
    .min(1, "name at least one scope"),
  products: z.array(z.string()).max(1000).nullable().optional().openapi({
    description: "Slugs; if omitted, all products",
  }),
  expiresInDays: wholeNumber(1, mostDays)
    .nullable()
    .optional()
    .openapi({
      description: `${defaultExpiryDays} if omitted; null: it never expires`,
    }),
});

export const createdTokenSchema = tokenSchema
  .extend({ token: z.string().openapi({ description: "The token itself, shown this once" }) })
  .openapi("NewToken");
