import { MadeLinkPage } from "../../../../views/people/made-link-page.tsx";
import type { UserId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { noteSubject } from "../../http/audit.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

/** What an administrator does for people who cannot come in any more. */
export function createPersonHelpPages(needs: PageNeeds) {
  const { endpoints, commands, store, publicUrl } = needs;

  return endpoints
    .router()
    .on(routes.personResetLink.post, async (c) => {
      const id = Number(c.req.param("id")) as UserId;
      const outcome = await commands.makeResetLink(id, visitorOf(c).identity.name);
      if (outcome.type === "refused") throw problemOf(outcome);
      const { user, link } = outcome;
      noteSubject(c, user.name);
      const url = new URL(routes.join(link.secret), publicUrl).href;
      const frame = frameOf(c, needs, { title: "Password link" });
      return c.html(MadeLinkPage({ frame, page: { name: user.name, url, expiresAt: link.expiresAt } }));
    })

    .on(routes.personSecondFactorRemove.post, async (c) => {
      const user = await store.users.get(Number(c.req.param("id")) as UserId);
      if (!user) throw notFound("such user");
      await commands.removeSecondFactor(user.id);
      noteSubject(c, user.name);
      return c.redirect(`${routes.people()}?done=second-step`, 303);
    });
}
