import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";
import { Icon } from "./icon.tsx";
import { inEnvironment } from "./in-environment.ts";
import type { ProductHeadProps } from "./product-frame.tsx";

/** What was set is not what runs, and how that is changed. `text` is one or more sentences. */
export function PendingChanges(props: {
  readonly head: ProductHeadProps;
  readonly csrf: string | null;
  readonly text: string;
}) {
  const { head, csrf, text } = props;
  return (
    <div class="verdict tone-wait">
      <Icon name="clock" />
      <span>{text} They apply on the next deployment.</span>
      <form class="verdict-links" method="post" action={inEnvironment(routes.productApply(head.slug), head)}>
        <CsrfField token={csrf} />
        <button class="button" type="submit">
          Apply changes
        </button>
      </form>
    </div>
  );
}
