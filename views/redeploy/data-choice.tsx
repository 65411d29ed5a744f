import type { Backup, DataFacts } from "../../server/model/backup.ts";
import { lossText } from "../../server/rules/backup/loss.ts";

/** The data that a version last ran on. */
export interface DataThenView {
  readonly before: { readonly number: number };
  readonly backups: readonly Backup[];
  /** Services whose data stays as it is now. */
  readonly left: readonly string[];
  readonly now: ReadonlyMap<string, DataFacts | null>;
}

/** Whether a former version gets its data back, and what would be lost then. */
export function DataChoice({ data, now }: { readonly data: DataThenView; readonly now: Date }) {
  const { before, backups, left } = data;
  return (
    <fieldset class="choice">
      <legend>Data</legend>
      <label>
        <input type="radio" name="data" value="now" checked />
        <span>
          Code only <span class="muted">the data stays as it is now</span>
        </span>
      </label>
      <label>
        <input type="radio" name="data" value="then" />
        <span>
          Code and data <span class="muted">as it was before #{before.number} changed it</span>
        </span>
      </label>
      <div class="data-loss">
        <p class="help">With the data:</p>
        <ul class="consequences">
          {backups.map((backup) => (
            <li class="tone-warn">
              <strong>{backup.service}</strong>: {lossText(backup, data.now.get(backup.service) ?? null, now).join(" ")}
            </li>
          ))}
          {left.length > 0 && <Left services={left} />}
          <li>What is there now is backed up first. If that fails, nothing is changed.</li>
          <li>
            The product is stopped while its data is replaced. Requests wait, for two minutes at most. If this version
            does not go live, the data of now is put back.
          </li>
        </ul>
      </div>
    </fieldset>
  );
}

function Left({ services }: { readonly services: readonly string[] }) {
  return (
    <li>
      {services.map((service, at) => (
        <>
          {at > 0 && (at === services.length - 1 ? " and " : ", ")}
          <strong>{service}</strong>
        </>
      ))}{" "}
      {services.length === 1 ? "was not backed up, so its" : "were not backed up, so their"} data stays as it is now.
    </li>
  );
}
