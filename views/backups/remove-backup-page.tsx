import type { Backup } from "../../server/model/backup.ts";
import { routes } from "../../server/routes.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { inEnvironment, productIn } from "../text/in-environment.ts";

export function RemoveBackupPage(props: {
  readonly frame: PageFrame;
  readonly slug: string;
  readonly environment: string;
  readonly backup: Backup;
}) {
  const { frame, slug, environment, backup } = props;
  const place = { environment };
  return (
    <ConfirmPage
      frame={frame}
      title={`Remove a backup of ${productIn(slug, environment)}?`}
      action={inEnvironment(routes.backupRemove(slug, backup.id), place)}
      yes="Remove the backup"
      isDangerous
      no={{ text: "Keep it", url: inEnvironment(routes.productBackups(slug), place) }}
    >
      <ul class="consequences">
        <li>
          {backup.service}, {backup.createdAt.toISOString().slice(0, 16).replace("T", " ")} UTC:{" "}
          {sizeText(backup.storedBytes)} are deleted and cannot be brought back.
        </li>
        <li>Its line in the history stays.</li>
      </ul>
    </ConfirmPage>
  );
}
