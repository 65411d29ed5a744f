import { SignInSettingsPage, type SignInSettingsProps } from "../../../../views/settings/sign-in-settings-page.tsx";
import { isRole } from "../../../model/access/role.ts";
import type { ProviderSettings } from "../../../ports/store/provider.ts";
import { routes } from "../../../routes.ts";
import { changeText } from "../../../rules/wording/change-text.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { providerReturnUrl } from "../sign-in/provider-sign-in.ts";

/** How people sign in: the identity provider. */
export function createSignInSettingsPages(needs: PageNeeds) {
  const { endpoints, commands, store, publicUrl } = needs;
  const redirectUrl = providerReturnUrl(publicUrl);

  return endpoints
    .router()
    .on(routes.signInSettings.get, (c) => {
      const notices: Readonly<Record<string, string>> = {
        set: "Saved. The provider answered: try it on the sign-in page, in a private window.",
        removed: "The identity provider is removed. People sign in as before.",
      };
      return show(c, { notice: notices[c.req.query("done") ?? ""] ?? null });
    })

    .on(routes.signInSettings.post, async (c) => {
      const form = await readForm(c);
      const text = (name: string) => form.get(name) ?? "";
      const role = text("role");
      const typed = {
        ...{ label: text("label"), issuer: text("issuer"), clientId: text("clientId"), domains: text("domains") },
        role: isRole(role) ? role : null,
      };
      const before = await store.provider.get();
      const outcome = await commands.setProvider({ ...typed, clientSecret: text("clientSecret"), redirectUrl });
      if (outcome.type === "refused") return show(c, { typed, error: outcome.message }, 400);
      noteDetail(c, changeText(told(before), told(await store.provider.get())));
      return c.redirect(`${routes.signInSettings()}?done=set`, 303);
    })

    .on(routes.signInSettingsRemove.post, async (c) => {
      noteDetail(c, changeText(told(await store.provider.get()), {}));
      await commands.removeProvider();
      return c.redirect(`${routes.signInSettings()}?done=removed`, 303);
    });

  async function show(
    c: WebContext,
    state: Partial<Pick<SignInSettingsProps, "typed" | "error" | "notice">>,
    status: 200 | 400 = 200,
  ) {
    const stored = await store.provider.get();
    const typed = stored ? { ...stored, domains: stored.domains.join(", ") } : nothing;
    const page = { typed, isSet: stored !== null, redirectUrl, error: null, notice: null, ...state };
    const frame = frameOf(c, needs, { title: "Signing in", section: "system" });
    return c.html(SignInSettingsPage({ frame, page }), status);
  }
}

/** For the activity log; the secret is never told. */
function told(settings: ProviderSettings | null) {
  if (!settings) return {};
  const { label, issuer, clientId, domains, role } = settings;
  return { name: label, issuer, "client id": clientId, domains, "role of new people": role };
}

const nothing = { label: "", issuer: "", clientId: "", domains: "", role: null };
