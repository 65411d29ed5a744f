import type { Queued } from "../../../model/deployment/deployment.ts";
import type { WebAdapters } from "../../adapters.ts";
import type { WebContext } from "../../http/web-context.ts";
import { redeployResult } from "../../read/redeploy-result.ts";
import { untilOver } from "../../streams/follow-deployment.ts";
import { answerWithText } from "../../streams/text-stream.ts";

/** Proxies and clients give up on a silent answer, so it sends white space, which JSON allows before the value. */
const keepAliveMs = 5_000;

/**
 * Sends the headers at once, and the result when the redeploy is over. The redeploy continues if the client
 * disconnects.
 */
export function answerWhenOver(
  c: WebContext,
  needs: Pick<WebAdapters, "store" | "clock" | "log" | "closing">,
  product: string,
  { id }: Queued,
): Response {
  const { store, clock } = needs;
  return answerWithText(
    c,
    needs,
    async (write, signal) => {
      await write("\n");
      const ended = new AbortController();
      const result = untilOver(needs, id, signal)
        .then((deployment) => redeployResult(store, product, deployment))
        .finally(() => ended.abort());
      result.catch(() => {});
      while (!ended.signal.aborted) {
        const isQuiet = await clock.sleep(keepAliveMs, ended.signal).then(
          () => true,
          () => false,
        );
        if (isQuiet) await write("\n");
      }
      await write(JSON.stringify(await result));
    },
    "application/json",
  );
}
