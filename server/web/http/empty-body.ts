import type { WebMiddleware } from "./web-context.ts";

/**
 * Takes an empty body for `{}` where JSON was announced: many clients send the header with every call, DELETE too, and
 * some send a chunked body of no chunks. What the call needs is then asked for by name. It waits for the body where
 * there may be one, which is bounded in size and time before it comes here.
 */
export const acceptEmptyBody: WebMiddleware = async (c, next) => {
  const { req } = c;
  const isJson = /^application\/([a-z-.]+\+)?json\b/i.test(req.header("content-type") ?? "");
  const mayBeEmpty = req.header("transfer-encoding") !== undefined || Number(req.header("content-length") ?? 0) === 0;
  if (isJson && mayBeEmpty && (await req.text()) === "") Object.assign(req.bodyCache, { text: Promise.resolve("{}") });
  await next();
};
