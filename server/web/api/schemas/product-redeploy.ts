import { z } from "@hono/zod-openapi";
import { idInPath } from "./ids.ts";

export const productRedeploySchema = z
  .object({
    success: z.boolean(),
    message: z.string().openapi({ example: "Product redeployed successfully" }),
    stackResults: z.array(
      z.object({
        stackName: z.string().openapi({ description: "`<product>-<stack>`", example: "shop-backend" }),
        stackDisplayName: z.string().openapi({ example: "Backend" }),
        serviceCount: z.int(),
        success: z.boolean(),
        error: z.string().optional(),
      }),
    ),
  })
  .openapi("ProductRedeployResult", { description: "The result of a product redeploy" });

export const sessionId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "enter 1 to 128 visible ASCII characters")
  .openapi({
    description: "A new id for each redeploy, with which its progress can be followed",
    example: "0b5b2f0e-7d0a",
  });

export const productRedeployRequestSchema = z.strictObject({ sessionId: sessionId.optional() });

export const productRedeployParam = z.object({ environmentId: idInPath, productDeploymentId: idInPath });

export const sessionParam = z.object({ sessionId });
