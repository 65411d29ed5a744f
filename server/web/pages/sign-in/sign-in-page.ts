import type { HtmlEscapedString } from "hono/utils/html";
import { SignInPage, type SignInProps } from "../../../../views/sign-in/sign-in-page.tsx";
import { sentence } from "../../../../views/text/capital.ts";
import { Problem } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { passkeySiteOf } from "./passkey-site.ts";

type State = Partial<Pick<SignInProps, "email" | "error" | "notice">>;
type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Renders the sign-in page for every way in that leads back to it. */
export function createSignInPage(needs: PageNeeds) {
  return async (c: WebContext, next: string, state: State): Promise<Html> => {
    const [hasUsers, provider] = await Promise.all([needs.store.users.hasAny(), needs.store.provider.get()]);
    const page = {
      ...{ next, hasUsers, provider: provider?.label ?? null, hasPasskeys: passkeySiteOf(c, needs) !== null },
      ...{ email: "", error: null, notice: null, ...state },
    };
    return SignInPage({ frame: frameOf(c, needs, { title: "Sign in" }), page });
  };
}

/** Says on the page itself, rather than on a page about problems, that somebody has to wait. */
export async function sayingWait(
  c: WebContext,
  page: (message: string) => Promise<Html>,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 429 && error.status !== 503)) throw error;
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    return c.html(await page(sentence(error.message)), error.status);
  }
}
