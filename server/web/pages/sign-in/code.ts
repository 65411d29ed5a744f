import { CodePage } from "../../../../views/sign-in/code-page.tsx";
import { routes } from "../../../routes.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { sayingWait } from "./sign-in-page.ts";

/** The second step of a sign-in with a password. */
export function createCodePages(needs: PageNeeds) {
  const { endpoints, steps, personSignIn } = needs;
  const page = async (c: WebContext, error: string | null) =>
    CodePage({ frame: frameOf(c, needs, { title: "Sign in" }), error });

  return endpoints
    .router()
    .on(routes.signInCode.get, async (c) => {
      if (!steps.read(c, "code")) return c.redirect(routes.signIn(), 303);
      return c.html(await page(c, null));
    })

    .on(routes.signInCode.post, (c) =>
      sayingWait(
        c,
        (message) => page(c, message),
        async () => {
          const outcome = await personSignIn.withCode(c, (await readForm(c)).get("code") ?? "");
          switch (outcome.type) {
            case "signed-in":
              return c.redirect(outcome.next, 303);
            case "wrong":
              return c.html(await page(c, "That code isn’t right, or it was used before."), 401);
            case "out-of-date":
              return c.redirect(`${routes.signIn()}?done=late`, 303);
          }
        },
      ),
    );
}
