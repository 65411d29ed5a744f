import { routes } from "../../../routes.ts";
import { actorOf } from "../../../rules/access/by-text.ts";
import { safeNext } from "../../access/safe-next.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { PageNeeds } from "../page.ts";
import { createSignInPage, sayingWait } from "./sign-in-page.ts";

/** Signing in with an e-mail address and a password, or with a token; and signing out. */
export function createSignInPages(needs: PageNeeds) {
  const { auth, endpoints } = needs;
  const render = createSignInPage(needs);
  const byPassword = createPasswordForm(needs);
  const byToken = createTokenForm(needs);

  return endpoints
    .router()
    .on(routes.signIn.get, async (c) => {
      const next = safeNext(c.req.query("next"));
      const isLate = c.req.query("done") === "late";
      const notice = isLate ? "That took too long, or something about your account changed. Sign in again." : null;
      return c.html(await render(c, next, { notice }));
    })

    .on(routes.signIn.post, async (c) => {
      const form = await readForm(c);
      const next = safeNext(form.get("next") ?? undefined);
      return form.has("token") ? byToken(c, form, next) : byPassword(c, form, next);
    })

    .on(routes.signOut.post, async (c) => {
      await auth.signOut(c);
      return c.redirect(routes.signIn(), 303);
    });
}

function createPasswordForm(needs: PageNeeds) {
  const render = createSignInPage(needs);

  return (c: WebContext, form: URLSearchParams, next: string) => {
    const email = form.get("email") ?? "";
    const refuse = (message: string) => render(c, next, { email, error: { form: "password", message } });
    return sayingWait(c, refuse, async () => {
      const input = { email, password: form.get("password") ?? "", next };
      const outcome = await needs.personSignIn.withPassword(c, input);
      switch (outcome) {
        case "signed-in":
          return c.redirect(next, 303);
        case "code-is-next":
          return c.redirect(routes.signInCode(), 303);
        case "too-long":
          return c.html(await refuse("A password has at most 1024 bytes."), 400);
        case "wrong":
          return c.html(await refuse("That e-mail address and password don’t match."), 401);
      }
    });
  };
}

function createTokenForm(needs: PageNeeds) {
  const { auth, audit } = needs;
  const render = createSignInPage(needs);

  return (c: WebContext, form: URLSearchParams, next: string) => {
    const refuse = (message: string) => render(c, next, { error: { form: "token", message } });
    const tooMany = () => refuse("Too many wrong tokens from your address. Wait a moment, then try again.");
    return sayingWait(c, tooMany, async () => {
      const checked = await auth.signIn(c, form.get("token")?.trim() ?? "");
      if (checked.type === "wrong") {
        return c.html(await refuse(checked.wasValid ? `This token ${checked.why}.` : "That token isn’t valid."), 401);
      }
      const what = routes.signIn.post.action;
      const detail = "with a token";
      await audit.record(c, {
        ...actorOf(checked.principal),
        what,
        subject: "",
        product: null,
        detail,
        deploymentId: null,
      });
      return c.redirect(next, 303);
    });
  };
}
