import { routes } from "../../routes.ts";
import { isReadableOnTheWay } from "../../rules/webhooks/readable-on-the-way.ts";

/** The text that a start prints once Baton serves: where it is, how to sign in, and what to try. */
export function greeting(facts: {
  readonly publicUrl: URL;
  /** Shown only once, on the start that generated it. */
  readonly newToken: string | null;
  /** The link that makes the first administrator; null once there is somebody who can sign in. */
  readonly firstLink: string | null;
  /** The URL of an app, with a placeholder for its name. */
  readonly appAddress: string;
  readonly tookMs: number;
}): string {
  const { publicUrl, newToken, firstLink, appAddress, tookMs } = facts;
  const remote = new URL(routes.git("my-app"), publicUrl);
  // The token is left out, because copied lines end up in the shell's history, in .git/config and in process lists.
  remote.username = "x";
  const signIn = firstLink
    ? `${firstLink}\n                (makes the first administrator; works once, for 15 minutes. Another: npm run admin -- link)`
    : "with your e-mail address and password (lost them? npm run admin -- link)";
  const token = newToken
    ? `\n    Token       ${newToken}\n                (for git and the API: keep it, it is shown only this once)`
    : "";
  return `
  Baton is running (${(tookMs / 1000).toFixed(1)} s)

    Dashboard   ${publicUrl.origin}
    Sign in     ${signIn}${token}
    Deploy      git push ${remote.href} main
                (when git asks for a password, enter the token)
    Apps        ${appAddress}
${isReadableOnTheWay(publicUrl) ? readable : ""}
`;
}

const readable = `
    Warning     Passwords and tokens are sent unencrypted to this address, and anyone on the way can read them.
                Give BATON_PUBLIC_URL an https:// address: Caddy then serves the dashboard.
`;
