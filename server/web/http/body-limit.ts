import type { BodyLimit } from "../../route.ts";
import { Problem } from "./problem.ts";
import type { WebMiddleware } from "./web-context.ts";

/** Refuses bodies that are too large or too slow. */
export function limitBody(bounds: BodyLimit): WebMiddleware {
  return async (c, next) => {
    if (Number(c.req.header("content-length") ?? 0) > bounds.maxBytes) throw tooLarge(bounds);
    const { body } = c.req.raw;
    if (!body) return next();

    let fault: Problem | null = null;
    const bounded = bound(body, bounds, (problem) => {
      fault = problem;
    });
    const init = { body: bounded, duplex: "half" };
    c.req.raw = new Request(c.req.raw, init as RequestInit);
    await next();
    // The reader may have taken the error for a malformed body.
    if (fault) throw fault;
  };
}

/** Passes the bytes on while they are within the limits. The time limit starts when somebody waits for them. */
function bound(
  body: ReadableStream<Uint8Array>,
  bounds: BodyLimit,
  onFault: (fault: Problem) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let length = 0;
  let timer: NodeJS.Timeout | null = null;

  const give = (controller: ReadableStreamDefaultController<Uint8Array>, fault: Problem) => {
    clearTimeout(timer ?? undefined);
    onFault(fault);
    controller.error(fault);
    reader.cancel().catch(() => {});
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        timer ??= setTimeout(() => give(controller, tooSlow(bounds)), bounds.timeoutMs);
        const next = await reader.read().catch((error) => {
          clearTimeout(timer ?? undefined);
          throw error;
        });
        if (next.done) {
          clearTimeout(timer);
          return controller.close();
        }
        length += next.value.length;
        if (length > bounds.maxBytes) return give(controller, tooLarge(bounds));
        controller.enqueue(next.value);
      },
      cancel() {
        clearTimeout(timer ?? undefined);
        return reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

function tooLarge({ maxBytes }: BodyLimit): Problem {
  return new Problem(413, "too_large", `the body is larger than ${maxBytes / 1024} KiB`);
}

function tooSlow({ timeoutMs }: BodyLimit): Problem {
  // Otherwise the rest of the body would be parsed as the next request.
  return new Problem(408, "too_slow", `the body did not arrive within ${timeoutMs / 1000} s`, {
    headers: { Connection: "close" },
  });
}
