import { createRoute } from "@hono/zod-openapi";
import { parseSlug } from "../../model/product.ts";
import type { Forge } from "../../ports/forge.ts";
import { fixed } from "../../route.ts";
import { routes } from "../../routes.ts";
import { createFairSemaphore } from "../access/fair-semaphore.ts";
import { createOrigins } from "../access/origins.ts";
import { peerAddress, peerNetwork } from "../access/peer-address.ts";
import { createFailureLimit } from "../access/rate-limit.ts";
import type { WebAdapters } from "../adapters.ts";
import { createApi, json } from "../api/route-parts.ts";
import { productParam } from "../api/schemas/ids.ts";
import { errorSchema } from "../api/schemas/server.ts";
import { deliveryAnswerSchema } from "../api/schemas/sources.ts";
import type { Endpoints } from "../http/endpoints.ts";
import { Problem } from "../http/problem.ts";
import { readBounded } from "../http/read-bounded.ts";
import type { WebContext } from "../http/web-context.ts";

/** GitHub sends up to 25 MB; a push with thousands of commits and files has less than this. */
const maxBodyBytes = 5 * 1024 * 1024;
/** GitHub itself gives up after so long. */
const bodyTimeoutMs = 10_000;
/**
 * Each is up to `maxBodyBytes` of memory, before anybody knows who sent it. A forge's come at once; slow ones give way.
 * A forge that is told to come again mostly does not, so it waits for almost as long as it is patient itself.
 */
const bodiesAtOnce = { perPeer: 8, total: 24, waitMs: 8_000, patienceMs: 2_000 } as const;
const tooLarge = `the body is larger than ${maxBodyBytes / 1024 / 1024} MiB`;
const tooSlow = `the body did not arrive within ${bodyTimeoutMs / 1_000} s`;
const inTheWay = `the body did not arrive within ${bodiesAtOnce.patienceMs / 1_000} s, and others were waiting`;
/** Wrong signatures from one network for one product. The right ones are neither counted nor refused: a forge delivers in bursts. */
const failuresPerMinute = 30;
/** From one network for all products, also those that are not there. */
const floodPerMinute = 300;

// Described, and not checked: the signature is over the bytes as they came, and what they say is read after it.
const bodies = {
  "application/json": { schema: { type: "object" as const } },
  "application/x-www-form-urlencoded": { schema: { type: "object" as const } },
};

/** Where forges deliver. Nobody signs in here: the signature over the body says who it is. */
export function createWebhookRoutes(needs: WebAdapters & { readonly endpoints: Endpoints }) {
  const { endpoints, store, clock, forges, commands } = needs;
  const { https } = createOrigins(needs);
  const limit = createFailureLimit({ clock, perMinute: failuresPerMinute });
  const flood = createFailureLimit({ clock, perMinute: floodPerMinute });
  const places = createFairSemaphore({ clock, ...bodiesAtOnce });
  const api = createApi();

  for (const forge of forges) {
    api.openapi(
      createRoute({
        ...endpoints.api(fixed(routes.webhook.post, "forge", forge.name)),
        tags: ["Repositories"],
        summary: `Receives webhooks from ${forge.title}`,
        description: `Enter this URL and the product's secret as the webhook at ${forge.title}. The signature over the body authenticates it. The body is the payload of ${forge.title}, at most ${maxBodyBytes / 1024 / 1024} MiB.`,
        request: { params: productParam, body: { required: true, content: bodies } },
        responses: {
          200: json("Accepted, but there is nothing to deploy; the verdict says why", deliveryAnswerSchema),
          202: json("Deployments were queued", deliveryAnswerSchema),
          401: json("The signature is missing or wrong, or no product has this address", errorSchema),
          408: json("The body arrived too slowly", errorSchema),
          413: json("The body is too large", errorSchema),
          429: json("Too many deliveries from this address were rejected", errorSchema),
          503: json("Too many deliveries are being read, or the database is not responding", errorSchema),
        },
      }),
      async (c) => {
        const { outcome, verdict, deployments } = await receive(c, c.req.valid("param").product, forge);
        const [deploymentId] = deployments;
        const deployed = deploymentId !== undefined && { deploymentId, deploymentIds: [...deployments] };
        return c.json({ verdict, outcome, ...deployed }, outcome === "deployed" ? 202 : 200);
      },
    );
  }
  return api;

  /**
   * Says the same to all who cannot sign for a product, after the same work: whether there is such a product, and whether
   * it has a secret, is no business of theirs. What exactly was wrong stands in the product's ledger.
   */
  async function receive(c: WebContext, text: string, forge: Forge) {
    const peer = peerNetwork(peerAddress(c, https));
    const slug = parseSlug(text);
    const product = slug && (await store.products.bySlug(slug));
    const bucket = `${peer} ${slug ?? text.slice(0, 40)}`;
    const unheard = limit.retryAfterSeconds(bucket) !== null;
    const { headers } = c.req.raw;
    const turnAway = async (reason: string) => {
      if (product && !unheard) await commands.refuseDelivery(forge, product, { headers, reason, bodyBytes: null });
    };
    const refusal = (problem: Problem) => refusalOf(problem, peer, bucket);

    if (forge.signatureFault(headers) !== null) {
      const why = product && (await commands.whyUnread(forge, product, headers));
      if (why) await turnAway(why);
      throw refusal(notBelieved());
    }
    using place = await places.take(peer);
    if (!place) {
      throw new Problem(503, "busy", "too many deliveries are being read: try again in a few seconds", {
        headers: { "Retry-After": "5" },
      });
    }
    const limits = { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs };
    const body = await readBounded(c.req.raw, limits, place.signal);
    if (body === "too-large" || body === "too-slow") {
      const reason = body === "too-large" ? tooLarge : place.signal.aborted ? inTheWay : tooSlow;
      await turnAway(reason);
      throw refusal(new Problem(body === "too-large" ? 413 : 408, body.replace("-", "_"), reason));
    }
    if (!product) throw refusal(notBelieved());
    const received = await commands.receiveDelivery(forge, product, { headers, body, unheard }).catch(async (error) => {
      // It may have been deleted while the delivery was on its way.
      const now = await store.products.bySlug(product.slug);
      throw now?.id === product.id ? error : refusal(notBelieved());
    });
    if (received.type === "foreign") throw refusal(notBelieved());
    return received;
  }

  /** Counts a failure. Asked only when something is to be refused: nobody's failures stand in the way of the forge. */
  function refusalOf(problem: Problem, peer: string, bucket: string): Problem {
    const wait = flood.retryAfterSeconds(peer) ?? limit.retryAfterSeconds(bucket);
    if (wait === null) {
      flood.failed(peer);
      limit.failed(bucket);
      return problem;
    }
    return new Problem(429, "too_many_attempts", `too many rejected deliveries: try again in ${wait} s`, {
      headers: { "Retry-After": String(wait) },
    });
  }
}

function notBelieved(): Problem {
  return new Problem(
    401,
    "unauthorized",
    "the signature is missing or wrong, or no product has this address: see the product's Repository page",
  );
}
