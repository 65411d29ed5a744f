import { createRoute } from "@hono/zod-openapi";
import { parseSlug, type Slug } from "../../model/product.ts";
import type { Forge } from "../../ports/forge.ts";
import { fixed } from "../../route.ts";
import { routes } from "../../routes.ts";
import { createFairSemaphore, type FairSemaphore, type Permit } from "../access/fair-semaphore.ts";
import { createOrigins } from "../access/origins.ts";
import { peerAddress, peerNetwork } from "../access/peer-address.ts";
import { createFailureLimit } from "../access/rate-limit.ts";
import type { WebAdapters } from "../adapters.ts";
import { createApi, json } from "../api/route-parts.ts";
import { productParam } from "../api/schemas/ids.ts";
import { deliveryAnswerSchema } from "../api/schemas/products/sources.ts";
import { errorSchema } from "../api/schemas/server.ts";
import type { Endpoints } from "../http/endpoints.ts";
import { Problem } from "../http/problem.ts";
import { readBounded } from "../http/read-bounded.ts";
import type { WebContext } from "../http/web-context.ts";
import { createSharedLookup } from "./shared-lookup.ts";

/** GitHub sends up to 25 MB, but a push with thousands of commits and files needs less than this. */
const maxBodyBytes = 5 * 1024 * 1024;
/** GitHub itself gives up after this long. */
const bodyTimeoutMs = 10_000;
/**
 * Each body takes up to `maxBodyBytes` of memory before its sender is known. A forge's bodies arrive at once, and slow
 * ones give way. A forge usually does not retry when it is asked to, so a delivery waits for a permit almost as long as
 * a forge waits for the answer.
 */
const bodiesAtOnce = { perPeer: 8, total: 24, waitMs: 8_000, patienceMs: 2_000 } as const;
/** Most bodies are far smaller. Many of them may be read at once, and are then recorded together. */
const smallBodyBytes = 64 * 1024;
const smallBodiesAtOnce = { ...bodiesAtOnce, perPeer: 64, total: 128 } as const;
const tooLarge = `the body is larger than ${maxBodyBytes / 1024 / 1024} MiB`;
const tooSlow = `the body did not arrive within ${bodyTimeoutMs / 1_000} s`;
const inTheWay = `the body did not arrive within ${bodiesAtOnce.patienceMs / 1_000} s, and others were waiting`;
/**
 * The limit of wrong signatures from one network for one product. Right ones are neither counted nor refused, because a
 * forge delivers in bursts.
 */
const failuresPerMinute = 30;
/** The limit from one network for all products, including unknown ones. */
const floodPerMinute = 300;

// The body is described but not validated: the signature covers the raw bytes, which are parsed only after it was
// checked.
const bodies = {
  "application/json": { schema: { type: "object" as const } },
  "application/x-www-form-urlencoded": { schema: { type: "object" as const } },
};

/** The addresses that forges deliver to. Nobody signs in here: the signature over the body says who sent it. */
export function createWebhookRoutes(needs: WebAdapters & { readonly endpoints: Endpoints }) {
  const { endpoints, forges } = needs;
  const receive = createReceiver(needs);
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
}

/**
 * Reads deliveries. Everybody who cannot sign for a product gets the same answer after the same work, so that it
 * reveals neither whether the product exists nor whether it has a secret. The product's list of deliveries has the
 * exact reason.
 */
function createReceiver(needs: WebAdapters) {
  const { store, clock, commands } = needs;
  const { https } = createOrigins(needs);
  const failures = createRejections(clock);
  const permits = createFairSemaphore({ clock, ...bodiesAtOnce });
  const permitsOfSmall = createFairSemaphore({ clock, ...smallBodiesAtOnce });
  const productOf = createSharedLookup((slug: Slug) => store.products.bySlug(slug));

  return async (c: WebContext, name: string, forge: Forge) => {
    const peer = peerNetwork(peerAddress(c, https));
    const slug = parseSlug(name);
    const product = slug && (await productOf(slug));
    const from = { peer, bucket: `${peer} ${slug ?? name.slice(0, 40)}` };
    const unheard = failures.areTooMany(from);
    const { headers } = c.req.raw;
    const turnAway = async (reason: string) => {
      if (product && !unheard) await commands.refuseDelivery(forge, product, { headers, reason, bodyBytes: null });
    };
    const rejection = (problem = notBelieved()) => failures.count(problem, from);

    if (forge.signatureFault(headers) !== null) {
      const why = product && (await commands.whyUnread(forge, product, headers));
      if (why) await turnAway(why);
      throw rejection();
    }
    // Held until the delivery is recorded, because its body is in memory for as long.
    using permit = await takePermit(isSmall(headers) ? permitsOfSmall : permits, peer);
    const body = await readBody(c, permit);
    if (body instanceof Problem) {
      await turnAway(body.message);
      throw rejection(body);
    }
    if (!product) throw rejection();
    const received = await commands.receiveDelivery(forge, product, { headers, body, unheard }).catch(async (error) => {
      // The product may have been deleted while the delivery was on its way.
      const now = await store.products.bySlug(product.slug);
      throw now?.id === product.id ? error : rejection();
    });
    if (received.type === "foreign") throw rejection();
    return received;
  };
}

/** A body cannot be longer than its declared length; without one, it may be as large as any. */
function isSmall(headers: Headers): boolean {
  const declared = headers.get("content-length");
  return declared !== null && Number(declared) <= smallBodyBytes;
}

async function takePermit(permits: FairSemaphore, peer: string): Promise<Permit> {
  const permit = await permits.take(peer);
  if (permit) return permit;
  throw new Problem(503, "busy", "too many deliveries are being read: try again in a few seconds", {
    headers: { "Retry-After": "5" },
  });
}

/** Resolves with a Problem when the body is too large or too slow. */
async function readBody(c: WebContext, { signal }: Permit): Promise<Uint8Array | Problem> {
  const body = await readBounded(c.req.raw, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs }, signal);
  if (body === "too-large") return new Problem(413, "too_large", tooLarge);
  if (body === "too-slow") return new Problem(408, "too_slow", signal.aborted ? inTheWay : tooSlow);
  return body;
}

interface Sender {
  readonly peer: string;
  /** The network and the product that it delivers to. */
  readonly bucket: string;
}

/** Limits how often a network gets the reason why its deliveries are rejected. Genuine deliveries are not affected. */
function createRejections(clock: WebAdapters["clock"]) {
  const limit = createFailureLimit({ clock, perMinute: failuresPerMinute });
  const flood = createFailureLimit({ clock, perMinute: floodPerMinute });
  return {
    areTooMany: ({ bucket }: Sender) => limit.retryAfterSeconds(bucket) !== null,

    /** Counts a rejection, and replaces it once there were too many. */
    count(problem: Problem, { peer, bucket }: Sender): Problem {
      const wait = flood.retryAfterSeconds(peer) ?? limit.retryAfterSeconds(bucket);
      if (wait === null) {
        flood.failed(peer);
        limit.failed(bucket);
        return problem;
      }
      return new Problem(429, "too_many_attempts", `too many rejected deliveries: try again in ${wait} s`, {
        headers: { "Retry-After": String(wait) },
      });
    },
  };
}

function notBelieved(): Problem {
  return new Problem(
    401,
    "unauthorized",
    "the signature is missing or wrong, or no product has this address: see the product's Repository page",
  );
}
