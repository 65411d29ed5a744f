import { z } from "@hono/zod-openapi";
import type { PasskeyId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { noteDetail } from "../../http/audit.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { explainBusy } from "../../sign-in/person-sign-in.ts";
import type { PageNeeds } from "../page.ts";
import { requireSite } from "../sign-in/passkey-sign-in.ts";
import { done } from "./account.ts";
import { requireUser } from "./require-user.ts";

const offerSchema = z.object({ name: z.string().max(200), current: z.string().max(5_000).optional() });
const addSchema = z.object({ name: z.string().max(200), answer: z.looseObject({ id: z.string().max(1_400) }) });

/** The passkeys of one's own account. */
export function createPasskeyPages(needs: PageNeeds) {
  const { endpoints, commands, steps } = needs;

  return endpoints
    .router()
    .on(routes.accountPasskeyOptions.post, async (c) => {
      const id = requireUser(c);
      const site = requireSite(c, needs);
      const { current = "" } = await readJson(c, offerSchema);
      const outcome = await commands.offerPasskey(id, { site, current }).catch(explainBusy);
      if (outcome.type === "refused") throw problemOf(outcome);
      steps.set(c, { type: "passkey", challenge: outcome.offer.challenge });
      return c.json(outcome.offer.options);
    })

    .on(routes.accountPasskeys.post, async (c) => {
      const id = requireUser(c);
      const site = requireSite(c, needs);
      const step = steps.take(c, "passkey");
      const { name, answer } = await readJson(c, addSchema);
      if (!step) throw new Problem(400, "invalid", "this took too long: try again");
      noteDetail(c, name);
      const outcome = await commands.addPasskey(id, { site, challenge: step.challenge, name, answer });
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json({ url: `${routes.account()}?done=passkey-added` });
    })

    .on(routes.accountPasskeyRemove.post, async (c) => {
      const outcome = await commands.removePasskey(requireUser(c), Number(c.req.param("id")) as PasskeyId);
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, outcome.name);
      return done(c, "passkey-removed");
    });
}

async function readJson<T>(c: WebContext, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await c.req.json().catch(() => null));
  if (!parsed.success) throw new Problem(400, "invalid", "the request is not the one of this page: reload it");
  return parsed.data;
}
