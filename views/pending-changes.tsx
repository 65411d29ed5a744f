import { routes } from "../server/routes.ts";
import { Icon } from "./icon.tsx";
import { inEnvironment } from "./in-environment.ts";
import type { ProductHeadProps } from "./product-frame.tsx";

/** What was set is not what runs, and how that is changed. `text` is one or more sentences. */
export function PendingChanges({ head, text }: { readonly head: ProductHeadProps; readonly text: string }) {
  return (
    <div class="verdict tone-wait">
      <Icon name="clock" />
      <span>{text} They apply on the next deployment.</span>
      <span class="verdict-links">
        <a href={inEnvironment(routes.productRedeploy(head.slug), head)}>Redeploy now</a>
      </span>
    </div>
  );
}
