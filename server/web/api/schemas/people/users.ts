import { z } from "@hono/zod-openapi";
import { roles } from "../../../../model/access/role.ts";
import { id } from "../ids.ts";

const role = z.enum(roles, `enter ${roles.map((one) => `"${one}"`).join(", ")}`);
const products = z.array(z.string()).max(1000).nullable().optional();
const emailRule = "enter an e-mail address, such as ada@example.com";

export const userSchema = z
  .object({
    id,
    name: z.string().openapi({ example: "Ada Lovelace" }),
    email: z.string(),
    role: z.enum(roles).nullable().openapi({ description: "The highest one; null for somebody without any" }),
    products: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The slugs of the products that the role is for; null: everything" }),
    disabled: z.boolean(),
    secondFactor: z.boolean().openapi({ description: "Whether signing in takes a one-time code, too" }),
    createdAt: z.string().openapi({ format: "date-time" }),
    lastSeenAt: z.string().nullable().openapi({ format: "date-time" }),
  })
  .openapi("User");

export const invitationSchema = z.strictObject({
  email: z.email(emailRule).max(254, emailRule).nullable().optional(),
  role,
  products: products.openapi({ description: "Slugs; if omitted, everything" }),
});

export const invitedSchema = z
  .object({
    url: z.string().openapi({ description: "The link to send, shown this once. It works once" }),
    expiresAt: z.string().openapi({ format: "date-time" }),
  })
  .openapi("Invitation");

export const userChangesSchema = z.strictObject({
  role: role.optional(),
  products: products.openapi({ description: "Slugs; null: everything; if omitted, as before" }),
  disabled: z.boolean().optional(),
});
