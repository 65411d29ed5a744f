import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Mark } from "../frame/mark.tsx";

/**
 * Where the identity provider sends the browser back to. A GET opens no session, so the page sends its parameters as a
 * form, at once where scripts run.
 */
export function ProviderReturnPage(props: {
  readonly frame: PageFrame;
  readonly provider: string;
  readonly parameters: readonly (readonly [string, string])[];
}) {
  const { frame, provider, parameters } = props;
  return (
    <Layout frame={frame}>
      <section class="sign-in card">
        <Mark />
        <h1>Almost there</h1>
        <p class="muted">{provider} has confirmed who you are.</p>
        <form method="post" action={routes.signInProviderReturn()} data-submit-now="">
          {parameters.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button class="button primary" type="submit">
            Continue
          </button>
        </form>
      </section>
    </Layout>
  );
}
