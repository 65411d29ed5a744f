import { ProviderReturnPage } from "../../../../views/sign-in/provider-return-page.tsx";
import { routes } from "../../../routes.ts";
import { requireSameOrigin } from "../../access/csrf.ts";
import { safeNext } from "../../access/safe-next.ts";
import { readForm } from "../../http/form.ts";
import { notFound } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { createSignInPage } from "./sign-in-page.ts";

/** What a provider sends a browser back with: RFC 6749, and the issuer of RFC 9207. */
const returnedNames = ["code", "state", "iss", "error", "error_description"];
const maxParameter = 4_000;

/** Signing in at the identity provider. */
export function createProviderSignIn(needs: PageNeeds) {
  const { endpoints, commands, steps, personSignIn, store, origins, publicUrl } = needs;
  const render = createSignInPage(needs);
  const redirectUrl = providerReturnUrl(publicUrl);
  const refuse = async (c: WebContext, message: string, status: 400 | 403) =>
    c.html(await render(c, "/", { error: { form: "other", message: `Signing in failed: ${message}.` } }), status);

  return endpoints
    .router()
    .on(routes.signInProvider.get, async (c) => {
      const begun = await commands.beginProviderSignIn(redirectUrl);
      if ("type" in begun) {
        if (begun.code === "not_found") throw notFound("identity provider");
        return refuse(c, begun.message, 400);
      }
      steps.set(c, { type: "provider", checks: begun.checks, next: safeNext(c.req.query("next")) });
      return c.redirect(begun.url, 303);
    })

    .on(routes.signInProviderReturn.get, async (c) => {
      const provider = await store.provider.get();
      if (!provider) throw notFound("identity provider");
      const parameters = returnedNames.flatMap((name): [string, string][] => {
        const value = c.req.query(name);
        return value === undefined || value.length > maxParameter ? [] : [[name, value]];
      });
      const frame = frameOf(c, needs, { title: "Sign in" });
      return c.html(ProviderReturnPage({ frame, provider: provider.label, parameters }));
    })

    .on(routes.signInProviderReturn.post, async (c) => {
      requireSameOrigin(c, origins);
      const form = await readForm(c);
      const step = steps.take(c, "provider");
      if (!step) return refuse(c, "it took too long, or was begun in another browser: try again", 400);
      const returned = new URL(redirectUrl);
      for (const name of returnedNames) if (form.has(name)) returned.searchParams.set(name, form.get(name) ?? "");
      const outcome = await commands.finishProviderSignIn({ redirectUrl, returned, checks: step.checks });
      if (outcome.type === "refused") {
        await personSignIn.failed(c, "the identity provider", { detail: outcome.message });
        return refuse(c, outcome.message, 403);
      }
      const detail = { known: "", linked: " for the first time", created: ", which made their account" }[outcome.how];
      await personSignIn.enter(c, outcome.user, { how: `at the identity provider${detail}`, secondFactorAt: null });
      return c.redirect(step.next, 303);
    });
}

/** What the provider must know: the address that browsers come back to. */
export function providerReturnUrl(publicUrl: URL): string {
  return new URL(routes.signInProviderReturn(), publicUrl).href;
}
