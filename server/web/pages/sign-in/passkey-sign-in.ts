import { z } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { requireSameOrigin } from "../../access/csrf.ts";
import { peerAddress, peerNetwork } from "../../access/peer-address.ts";
import { safeNext } from "../../access/safe-next.ts";
import { Problem } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { createAttempts } from "../../sign-in/attempts.ts";
import { tooMany } from "../../sign-in/person-sign-in.ts";
import type { PageNeeds } from "../page.ts";
import { passkeySiteOf } from "./passkey-site.ts";

const answerSchema = z.object({
  // The rest of the answer is checked by the passkeys themselves.
  answer: z.looseObject({ id: z.string().regex(/^[\w-]{1,1400}$/) }),
  next: z.string().max(2000).optional(),
});

/** The two calls of the button "Use a passkey". */
export function createPasskeySignIn(needs: PageNeeds) {
  const { endpoints, commands, steps, personSignIn, clock, origins } = needs;
  const attempts = createAttempts(clock);

  return endpoints
    .router()
    .on(routes.signInPasskeyOptions.post, async (c) => {
      requireSameOrigin(c, origins);
      const { options, challenge } = await commands.offerPasskeySignIn(requireSite(c, needs));
      steps.set(c, { type: "passkey", challenge });
      return c.json(options);
    })

    .on(routes.signInPasskey.post, async (c) => {
      requireSameOrigin(c, origins);
      const site = requireSite(c, needs);
      const step = steps.take(c, "passkey");
      const parsed = answerSchema.safeParse(await c.req.json().catch(() => null));
      if (!step || !parsed.success) throw new Problem(400, "invalid", "this took too long: try again");
      const attempt = attempts.begin(peerNetwork(peerAddress(c, origins.https)), "passkeys");
      if (typeof attempt === "number") throw tooMany(attempt);
      const { answer, next } = parsed.data;
      const user = await commands.signInWithPasskey({
        site,
        challenge: step.challenge,
        credentialId: answer.id,
        answer,
      });
      if (!user) {
        await personSignIn.failed(c, "a passkey", { detail: "wrong passkey" });
        throw new Problem(401, "unauthorized", "this passkey is not known here, or its account is disabled");
      }
      attempt.succeeded();
      await personSignIn.enter(c, user, { how: "with a passkey", secondFactorAt: clock.now() });
      return c.json({ url: safeNext(next) });
    });
}

/** Throws a Problem where browsers allow no passkeys. */
export function requireSite(c: WebContext, needs: Pick<PageNeeds, "publicUrl">) {
  const site = passkeySiteOf(c, needs);
  if (!site) throw new Problem(400, "invalid", "browsers allow passkeys only over https and on localhost");
  return site;
}
