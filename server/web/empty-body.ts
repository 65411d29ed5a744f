import type { WebMiddleware } from "./needs.ts";

/**
 * Takes no body for `{}` where JSON was announced: many clients send the header with every call, DELETE too. What the
 * call needs is then asked for by name. Only where HTTP's headers say that there is no body, so nothing is waited for.
 */
export const acceptEmptyBody: WebMiddleware = async (c, next) => {
  const { req } = c;
  const isJson = /^application\/([a-z-.]+\+)?json\b/i.test(req.header("content-type") ?? "");
  const mayHaveBody = req.header("transfer-encoding") !== undefined || Number(req.header("content-length") ?? 0) > 0;
  if (isJson && !mayHaveBody && (await req.text()) === "")
    Object.assign(req.bodyCache, { text: Promise.resolve("{}") });
  await next();
};
