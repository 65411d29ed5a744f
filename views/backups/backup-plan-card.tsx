import { type MigrationBackup, migrationBackups } from "../../server/model/backup.ts";
import { routes } from "../../server/routes.ts";
import type { ProductHeadProps } from "../product/product-frame.tsx";
import { capital } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import type { BackupsProps } from "./backups-props.ts";

const counts = [
  ["hourly", "Hours"],
  ["daily", "Days"],
  ["weekly", "Weeks"],
  ["monthly", "Months"],
] as const;

const beforeMigrationWords: Readonly<Record<MigrationBackup, string>> = {
  automatic: "back up what took less than a minute the last time",
  always: "back up everything, however long the deployment waits for it",
  never: "back up nothing",
};

/** When backups are made by themselves, how many stay, and whether they are encrypted. */
export function BackupPlanCard(props: {
  readonly head: Pick<ProductHeadProps, "slug" | "environment">;
  readonly backups: Pick<BackupsProps, "plan" | "refused">;
  readonly csrf: string | null;
}) {
  const { head, csrf } = props;
  const { plan, refused } = props.backups;
  const shown = refused?.plan ?? plan;
  return (
    <section class="card" aria-labelledby="plan-title">
      <h2 id="plan-title">Schedule</h2>
      <p class="muted">
        {plan.cron === null || plan.nextAt === null ? (
          "Off: backups are only made by hand. 0 3 * * * makes one every night at three."
        ) : (
          <>The next one is made at {plan.nextAt.toISOString().slice(0, 16).replace("T", " ")} UTC.</>
        )}
      </p>
      <form class="fields plan-form" method="post" action={inEnvironment(routes.productBackupPlan(head.slug), head)}>
        <CsrfField token={csrf} />
        <TextField
          name="cron"
          label="When (cron; empty is off)"
          width="grow"
          value={shown.cron ?? ""}
          maxlength={100}
          placeholder="0 3 * * *"
          faultId={refused ? "plan-error" : null}
        />
        <TextField
          name="timezone"
          label="Time zone"
          width="grow"
          value={shown.timezone}
          maxlength={60}
          placeholder="Europe/Berlin"
          required
        />
        <fieldset class="field whole keep-counts">
          <legend>Keep the newest of each of the last</legend>
          {counts.map(([name, label]) => (
            <p class="field">
              <label for={`keep-${name}`}>{label}</label>
              <input id={`keep-${name}`} name={name} type="number" min={0} max={1000} value={shown.keep[name]} />
            </p>
          ))}
        </fieldset>
        <p class="field whole">
          <label for="before-migration">Before a migration</label>
          <select id="before-migration" name="beforeMigration">
            {migrationBackups.map((one) => (
              <option value={one} selected={shown.beforeMigration === one}>
                {beforeMigrationWords[one]}
              </option>
            ))}
          </select>
        </p>
        <p class="check whole">
          <input id="encrypted" name="encrypted" type="checkbox" value="yes" checked={shown.isEncrypted} />
          <label for="encrypted">Encrypt, so that nobody who reads the backup place reads the data</label>
        </p>
        <button class="button primary" type="submit">
          Save the schedule
        </button>
      </form>
      {refused && (
        <p class="field-error" id="plan-error" role="alert">
          {capital(refused.message)}.
        </p>
      )}
      <p class="muted small">
        The newest scheduled backup always stays, and so do those made by hand until you remove them, and the last three
        made before a migration, which is when a deployment runs an init service.
      </p>
    </section>
  );
}
