import { SignInPage } from "../../../../views/system/sign-in-page.tsx";
import { routes } from "../../../routes.ts";
import { safeNext } from "../../access/safe-next.ts";
import { readForm } from "../../http/form.ts";
import { Problem } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

export function createSignInPages(needs: PageNeeds) {
  const { auth, endpoints } = needs;
  const page = (c: WebContext, next: string, error: string | null) =>
    SignInPage({ frame: frameOf(c, needs, { title: "Sign in" }), next, error });

  return endpoints
    .router()
    .on(routes.signIn.get, (c) => c.html(page(c, safeNext(c.req.query("next")), null)))

    .on(routes.signIn.post, async (c) => {
      const form = await readForm(c);
      const next = safeNext(form.get("next") ?? undefined);
      const token = form.get("token")?.trim() ?? "";
      try {
        const checked = await auth.signIn(c, token);
        if (checked.type === "right") {
          const action = {
            who: checked.principal.name,
            what: routes.signIn.post.action,
            subject: "",
            detail: null,
            deploymentId: null,
          };
          await needs.audit.record(c, action);
          return c.redirect(next, 303);
        }
        return c.html(page(c, next, checked.wasValid ? `This token ${checked.why}.` : "That token isn’t valid."), 401);
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 429) throw error;
        for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
        return c.html(page(c, next, "Too many wrong tokens from your address. Wait a moment, then try again."), 429);
      }
    })

    .on(routes.signOut.post, async (c) => {
      await auth.signOut(c);
      return c.redirect(routes.signIn(), 303);
    });
}
