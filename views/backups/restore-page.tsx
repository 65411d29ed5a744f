import type { Backup, DataFacts, DumpMethod } from "../../server/model/backup.ts";
import { routes } from "../../server/routes.ts";
import { factsText, lossText } from "../../server/rules/backup/loss.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { inEnvironment, productIn } from "../text/in-environment.ts";

/** Says what a restore would lose, and offers the way beside it. */
export function RestorePage(props: {
  readonly frame: PageFrame;
  readonly slug: string;
  readonly environment: string;
  readonly backup: Backup;
  /** What is there now; null when it does not say. */
  readonly facts: DataFacts | null;
}) {
  const { frame, slug, environment, backup, facts } = props;
  const isVolume = backup.method === "volume";
  const holds = [factsText(backup.facts), sizeText(backup.readBytes)].filter((part) => part !== null).join(", ");
  const place = { environment };
  return (
    <ConfirmPage
      frame={frame}
      title={`Restore ${backup.service} of ${productIn(slug, environment)}?`}
      action={inEnvironment(routes.backupRestore(slug, backup.id), place)}
      fields={<Choice isVolume={isVolume} hasBeside={backup.method !== "redis"} />}
      yes={`Restore ${backup.service}`}
      isDangerous
      no={{ text: "Change nothing", url: inEnvironment(routes.productBackups(slug), place) }}
    >
      <p>
        The backup was made at {backup.createdAt.toISOString().slice(0, 16).replace("T", " ")} UTC and holds {holds}.
      </p>
      <ul class="consequences">
        {lossText(backup, facts, frame.now).map((sentence) => (
          <li>{sentence}</li>
        ))}
        <li>What is there now is backed up first. If that fails, nothing is replaced.</li>
        <li>{meanwhile[backup.method]}</li>
      </ul>
    </ConfirmPage>
  );
}

/** What clients notice while the data in the same place is replaced. */
const meanwhile: Readonly<Record<DumpMethod, string>> = {
  postgres: "Open connections to the database are closed once, when the restored data takes its place.",
  mysql: "Each database is emptied and filled again; until that is done, clients find tables missing.",
  mongodb: "All databases are emptied and filled again; until that is done, clients find documents missing.",
  redis: "All keys are replaced together. Until that is done, writes are refused.",
  volume: "The service is stopped while its files are replaced, and started again afterwards.",
};

function Choice({ isVolume, hasBeside }: { readonly isVolume: boolean; readonly hasBeside: boolean }) {
  if (!hasBeside) return <input type="hidden" name="into" value="same" />;
  return (
    <fieldset class="choice">
      <legend>Where to</legend>
      <label>
        <input type="radio" name="into" value="same" checked />
        <span>
          Into the same place <span class="muted">it replaces what is there now</span>
        </span>
      </label>
      <label>
        <input type="radio" name="into" value="new" />
        <span>
          {isVolume ? "Into a new volume beside it" : "Into a new database beside it"}{" "}
          <span class="muted">
            nothing is lost, and nothing uses it until you {isVolume ? "mount it" : "connect to it"}
          </span>
        </span>
      </label>
    </fieldset>
  );
}
