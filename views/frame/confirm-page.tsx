import type { Child } from "hono/jsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import type { PageFrame } from "./frame.ts";
import { Layout } from "./layout.tsx";

/** Asks "Are you sure?" on a page of its own, so that it works without scripts and the back button leaves it. */
export function ConfirmPage(props: {
  readonly frame: PageFrame;
  readonly title: string;
  /** Shown between the question and the form. */
  readonly children?: Child;
  readonly action: string;
  readonly fields?: Child;
  readonly yes: string;
  readonly isDangerous?: boolean;
  readonly no: { readonly text: string; readonly url: string };
}) {
  const { frame, title, children, action, fields, yes, isDangerous = false, no } = props;
  return (
    <Layout frame={frame}>
      <section class="card confirm">
        <h1>{title}</h1>
        {children}
        <form method="post" action={action}>
          <CsrfField token={frame.csrf} />
          {fields}
          <div class="actions">
            <button class={`button ${isDangerous ? "danger" : "primary"}`} type="submit">
              {yes}
            </button>
            <a class="button" href={no.url}>
              {no.text}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  );
}
