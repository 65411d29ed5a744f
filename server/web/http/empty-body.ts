import type { WebMiddleware } from "./web-context.ts";

/**
 * Treats an empty body as `{}` if the request announces JSON. Many clients send that header with every call, even with
 * DELETE, and some send a chunked body without chunks. Validation then names the missing fields. It waits for the body
 * if there may be one; its size and time are limited before this middleware.
 */
export const acceptEmptyBody: WebMiddleware = async (c, next) => {
  const { req } = c;
  const isJson = /^application\/([a-z-.]+\+)?json\b/i.test(req.header("content-type") ?? "");
  const mayBeEmpty = req.header("transfer-encoding") !== undefined || Number(req.header("content-length") ?? 0) === 0;
  if (isJson && mayBeEmpty && (await req.text()) === "") Object.assign(req.bodyCache, { text: Promise.resolve("{}") });
  await next();
};
