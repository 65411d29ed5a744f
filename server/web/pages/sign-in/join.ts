import { LinkGonePage, LinkPage } from "../../../../views/sign-in/link-page.tsx";
import { sentence } from "../../../../views/text/capital.ts";
import { linkFault } from "../../../commands/sign-in/use-link.ts";
import type { Link } from "../../../model/access/link.ts";
import { routes } from "../../../routes.ts";
import { requireSameOrigin } from "../../access/csrf.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import { explainBusy } from "../../sign-in/person-sign-in.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const nothingTyped = { name: "", email: "" };

/** The pages of secret links: invitations, new passwords, and the first administrator's. */
export function createJoinPages(needs: PageNeeds) {
  const { endpoints, commands, store, clock, origins, personSignIn, audit } = needs;

  return endpoints
    .router()
    .on(routes.join.get, async (c) => {
      const secret = c.req.param("secret") ?? "";
      const link = await store.links.find(secret);
      if (!link) return gone(c, "unknown");
      const fault = linkFault(link, clock.now());
      if (fault !== null) return gone(c, fault);
      if (link.kind === "first-administrator" && (await store.users.hasAny())) return gone(c, "user-exists");
      return show(c, link, secret, { typed: { ...nothingTyped, email: link.email ?? "" }, error: null });
    })

    .on(routes.join.post, async (c) => {
      requireSameOrigin(c, origins);
      const secret = c.req.param("secret") ?? "";
      const form = await readForm(c);
      const text = (name: string) => form.get(name) ?? "";
      const typed = { name: text("name"), email: text("email") };
      const outcome = await commands.useLink(secret, { ...typed, password: text("password") }).catch(explainBusy);
      if (outcome.type === "gone") return gone(c, outcome.reason);
      if (outcome.type === "refused") {
        const link = await store.links.find(secret);
        if (!link) return gone(c, "unknown");
        return show(c, link, secret, { typed, error: sentence(outcome.message) });
      }
      const { user, link } = outcome;
      await record(c, user.name, link);
      const proof = { how: "with a link", secondFactorAt: link.kind === "sign-in" ? clock.now() : null };
      if (link.kind !== "password-reset") {
        await personSignIn.enter(c, user, proof);
        return c.redirect(routes.home(), 303);
      }
      // A link that was sent replaces the password, not the second factor.
      const mark = outcome.mark;
      const next = await personSignIn.enterOrAskForCode(c, user, { ...proof, mark, next: routes.home() });
      return c.redirect(next === "signed-in" ? routes.home() : routes.signInCode(), 303);
    });

  function record(c: WebContext, who: string, { kind, createdBy }: Link): Promise<void> {
    const what = kind === "invitation" || kind === "first-administrator" ? "joined" : "set a new password";
    const detail = kind === "first-administrator" ? "as the first administrator" : `by a link from ${createdBy}`;
    return audit.record(c, { who, token: null, what, subject: "", product: null, detail, deploymentId: null });
  }

  async function gone(c: WebContext, reason: "unknown" | "used" | "expired" | "user-exists") {
    const frame = frameOf(c, needs, { title: "Sign in" });
    // Strangers learn no names.
    const administrators = reason === "unknown" ? [] : await store.users.administratorNames();
    return c.html(LinkGonePage({ frame, reason, administrators }), reason === "unknown" ? 404 : 410);
  }

  async function show(
    c: WebContext,
    link: Link,
    secret: string,
    state: { readonly typed: { readonly name: string; readonly email: string }; readonly error: string | null },
  ) {
    const page = { kind: link.kind, secret, by: link.createdBy, role: await roleText(store, link), ...state };
    const frame = frameOf(c, needs, { title: "Sign in" });
    return c.html(LinkPage({ frame, page }), state.error === null ? 200 : 400);
  }
}

/** "deployer of shop and blog"; null for a link that makes no user. */
async function roleText(store: PageNeeds["store"], { grants }: Link): Promise<string | null> {
  const everywhere = grants.find(({ productId }) => productId === null);
  if (everywhere || grants.length === 0) return everywhere?.role ?? null;
  const products = await store.products.list();
  const slugs = grants.flatMap(({ productId }) => products.find(({ id }) => id === productId)?.slug ?? []);
  return `${grants[0]?.role ?? "viewer"} of ${slugs.join(" and ")}`;
}
