import { createAccountPages } from "./account/account.ts";
import { createPasskeyPages } from "./account/passkeys.ts";
import { createSecondFactorPages } from "./account/second-factor.ts";
import type { PageNeeds } from "./page.ts";
import { createPersonHelpPages } from "./people/person-help.ts";
import { createSignInSettingsPages } from "./settings/sign-in-settings.ts";
import { createCodePages } from "./sign-in/code.ts";
import { createJoinPages } from "./sign-in/join.ts";
import { createPasskeySignIn } from "./sign-in/passkey-sign-in.ts";
import { createProviderSignIn } from "./sign-in/provider-sign-in.ts";
import { createSignInPages } from "./sign-in/sign-in.ts";

/** How people sign in, and what they sign in with. */
export function createPersonPages(needs: PageNeeds) {
  return [
    createSignInPages(needs),
    createCodePages(needs),
    createPasskeySignIn(needs),
    createProviderSignIn(needs),
    createJoinPages(needs),
    createAccountPages(needs),
    createSecondFactorPages(needs),
    createPasskeyPages(needs),
    createSignInSettingsPages(needs),
    createPersonHelpPages(needs),
  ];
}
