import { z } from "@hono/zod-openapi";
import { isRefName } from "../../../model/names/ref-name.ts";

export const repository = z
  .string()
  .max(500)
  .regex(
    /^(?:(?:https?|ssh):\/\/[^\s/@]*@?[^\s/@]+\/\S+|[\w.-]+@[\w.-]+:(?!\/\/)\S+)$/,
    "enter an https:// or ssh:// URL without a token or password in it, such as https://github.com/you/app.git",
  )
  .openapi({ example: "https://github.com/acme/shop.git" });

export const gitName = z.string().refine(isRefName, "enter a branch, tag or commit");
