import { routes } from "../../server/routes.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";

export interface ReportsProps {
  readonly forge: string;
  readonly hasToken: boolean;
  readonly status: boolean;
  readonly deployment: boolean;
  readonly comment: boolean;
  /** Why the newest status could not be reported; null if it was. */
  readonly trouble: { readonly message: string; readonly givenUp: boolean } | null;
}

export function ReportsCard(props: {
  readonly slug: string;
  readonly reports: ReportsProps;
  readonly csrf: string | null;
}) {
  const { slug, reports, csrf } = props;
  const { forge, hasToken, trouble } = reports;
  return (
    <section class="card" id="reports">
      <h2>Results</h2>
      <p class="muted">
        {hasToken
          ? `What Baton reports to ${forge} for each deployment. Reporting errors never fail a deployment; they are retried.`
          : `Add a token to have Baton report each deployment to ${forge}.`}
      </p>
      {trouble && (
        <p class="reason tone-bad">
          {trouble.message}. {trouble.givenUp ? "Baton has given up." : "Baton will retry."}
        </p>
      )}
      <form method="post" action={routes.productReports(slug)}>
        <CsrfField token={csrf} />
        <fieldset class="choice">
          <legend>Report via</legend>
          <Choice name="status" checked={reports.status} text="a commit status" />
          <Choice name="deployment" checked={reports.deployment} text={`${forge}'s list of deployments`} />
          <Choice name="comment" checked={reports.comment} text="a comment on the branch's pull request" />
        </fieldset>
        <p class="actions">
          <button class="button" type="submit">
            Save
          </button>
        </p>
      </form>
    </section>
  );
}

function Choice({ name, checked, text }: { readonly name: string; readonly checked: boolean; readonly text: string }) {
  return (
    <label>
      <input type="checkbox" name={name} value="1" checked={checked} />
      <span>{text}</span>
    </label>
  );
}
