import { routes } from "../../server/routes.ts";
import type { Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";

export interface PendingView {
  /** One or more sentences. */
  readonly text: string;
  /** Whether nothing else is in progress. */
  readonly canApply: boolean;
}

/** Says that the settings differ from what runs, and how to apply them. */
export function PendingChanges(props: {
  readonly place: { readonly slug: string; readonly environment: string };
  readonly reader: Reader;
  readonly pending: PendingView;
}) {
  const { place, reader, pending } = props;
  const mayApply = offers(reader, routes.productApply.post);
  return (
    <section class="pending tone-wait" aria-label="Changes not live yet">
      <Icon name="clock" />
      <div>
        <p>{pending.text}</p>
        <p class="help">
          {!mayApply
            ? "They go live with the next deployment."
            : pending.canApply
              ? "They go live with the next deployment, or now: Apply restarts the live version with them. Databases and migrations are left alone unless a change concerns them."
              : "Apply them when the deployment in progress is over."}
        </p>
      </div>
      {mayApply && pending.canApply && (
        <form method="post" action={inEnvironment(routes.productApply(place.slug), place)}>
          <CsrfField token={reader.csrf} />
          <button class="button primary" type="submit">
            Apply changes
          </button>
        </form>
      )}
    </section>
  );
}
