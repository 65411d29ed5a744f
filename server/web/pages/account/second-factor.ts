import { RecoveryCodesPage, SecondFactorPage } from "../../../../views/account/second-factor-page.tsx";
import type { UserId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { enrolmentUri, groupedSecret } from "../../../rules/sign-in/one-time-code.ts";
import { readForm } from "../../http/form.ts";
import { notFound } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { explainBusy } from "../../sign-in/person-sign-in.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { createAccountPage, done } from "./account.ts";
import { requireUser } from "./require-user.ts";

/** The second factor of one's own account, and its recovery codes. */
export function createSecondFactorPages(needs: PageNeeds) {
  const { endpoints, commands, store } = needs;
  const render = createAccountPage(needs);

  return endpoints
    .router()
    .on(routes.accountSecondFactor.post, async (c) => {
      const id = requireUser(c);
      const started = await commands.startSecondFactor(id);
      return started.type === "refused" ? refuse(c, id, started.message) : setUp(c, id, started.secret, null);
    })

    .on(routes.accountSecondFactorConfirm.post, async (c) => {
      const id = requireUser(c);
      const outcome = await commands.confirmSecondFactor(id, (await readForm(c)).get("code") ?? "");
      if (outcome.type === "refused") return refuse(c, id, outcome.message);
      if (outcome.type === "confirmed") return codes(c, outcome.recoveryCodes);
      const error = "That code isn’t right. Check that the clock of your phone is right, and enter the current code.";
      return setUp(c, id, outcome.secret, error);
    })

    .on(routes.accountSecondFactorRemove.post, async (c) => {
      const id = requireUser(c);
      const current = (await readForm(c)).get("current") ?? "";
      const outcome = await commands.turnOffSecondFactor(id, current).catch(explainBusy);
      return outcome.type === "refused" ? refuse(c, id, outcome.message) : done(c, "second-step");
    })

    .on(routes.accountRecoveryCodes.post, async (c) => {
      const id = requireUser(c);
      const current = (await readForm(c)).get("current") ?? "";
      const outcome = await commands.renewRecoveryCodes(id, current).catch(explainBusy);
      return outcome.type === "refused" ? refuse(c, id, outcome.message) : codes(c, outcome.recoveryCodes);
    });

  async function refuse(c: WebContext, id: UserId, message: string) {
    return c.html(await render(c, id, { error: { form: "second-factor", message } }), 400);
  }

  async function setUp(c: WebContext, id: UserId, secret: string, error: string | null) {
    const user = await store.users.get(id);
    if (!user) throw notFound("such account any more");
    const uri = enrolmentUri(secret, { email: user.email, server: needs.publicUrl.host });
    const frame = frameOf(c, needs, { title: "Two-step sign-in" });
    const page = SecondFactorPage({ frame, page: { uri, secret: groupedSecret(secret), error } });
    return c.html(page, error === null ? 200 : 400);
  }

  function codes(c: WebContext, recoveryCodes: readonly string[]) {
    return c.html(RecoveryCodesPage({ frame: frameOf(c, needs, { title: "Recovery codes" }), codes: recoveryCodes }));
  }
}
