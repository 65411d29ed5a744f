import { routes } from "../../routes.ts";
import { isReadableOnTheWay } from "../../rules/webhooks/readable-on-the-way.ts";

/** The text that a start prints once Baton serves: where it is, how to sign in, and what to try. */
export function greeting(facts: {
  readonly publicUrl: URL;
  /** Shown only once, on the start that generated it. */
  readonly newToken: string | null;
  /** The URL of an app, with a placeholder for its name. */
  readonly appAddress: string;
  readonly tookMs: number;
}): string {
  const { publicUrl, newToken, appAddress, tookMs } = facts;
  const remote = new URL(routes.git("my-app"), publicUrl);
  // The token is left out, because copied lines end up in the shell's history, in .git/config and in process lists.
  remote.username = "x";
  const signIn = newToken
    ? `${newToken}\n                (the administrator's token: keep it, it is shown only this once)`
    : "with the administrator's token";
  return `
  Baton is running (${(tookMs / 1000).toFixed(1)} s)

    Dashboard   ${publicUrl.origin}
    Sign in     ${signIn}
    Deploy      git push ${remote.href} main
                (when git asks for a password, enter the token)
    Apps        ${appAddress}
${isReadableOnTheWay(publicUrl) ? readable : ""}
`;
}

const readable = `
    Warning     Tokens are sent unencrypted to this address, and anyone on the way can read them.
                Give BATON_PUBLIC_URL an https:// address: Caddy then serves the dashboard.
`;
