import { routes } from "../../server/routes.ts";
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
  readonly csrf: string | null;
  readonly pending: PendingView;
}) {
  const { place, csrf, pending } = props;
  return (
    <section class="pending tone-wait" aria-label="Changes not live yet">
      <Icon name="clock" />
      <div>
        <p>{pending.text}</p>
        <p class="help">
          {pending.canApply
            ? "They go live with the next deployment, or now: Apply restarts the live version with them. Databases and migrations are left alone unless a change concerns them."
            : "Apply them when the deployment in progress is over."}
        </p>
      </div>
      {pending.canApply && (
        <form method="post" action={inEnvironment(routes.productApply(place.slug), place)}>
          <CsrfField token={csrf} />
          <button class="button primary" type="submit">
            Apply changes
          </button>
        </form>
      )}
    </section>
  );
}
