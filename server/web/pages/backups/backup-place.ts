import { BackupPlacePage, type BackupPlaceProps } from "../../../../views/backups/backup-place-page.tsx";
import type { OwnBackupsProps } from "../../../../views/backups/own-backups-section.tsx";
import type { BackupPlace } from "../../../model/backup.ts";
import { routes } from "../../../routes.ts";
import { nextOwnBackup } from "../../../rules/backup/own-backup.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const notices: Readonly<Record<string, string>> = {
  set: "Saved. Baton could write, read and remove a file there.",
  asked: "The backup has been started. It appears below.",
};
const shownBackups = 20;

/** Backups of Baton itself, and where those of products are kept: a folder of this server, or a bucket. */
export function createBackupPlacePages(needs: PageNeeds) {
  const { endpoints, commands, store } = needs;

  return endpoints
    .router()
    .on(routes.backupPlace.get, async (c) => {
      const notice = notices[c.req.query("done") ?? ""] ?? null;
      return show(c, { typed: await store.backups.place(), error: null, notice });
    })

    .on(routes.backupPlace.post, async (c) => {
      const form = await readForm(c);
      const typed = placeIn(form);
      const outcome = await commands.setBackupPlace(typed, form.get("secret") || null);
      if (outcome.type === "refused") return show(c, { typed, error: outcome.message, notice: null }, 400);
      noteDetail(
        c,
        typed.type === "folder" ? (typed.path ?? "Baton’s own folder") : `${typed.bucket} at ${typed.endpoint}`,
      );
      return c.redirect(`${routes.backupPlace()}?done=set`, 303);
    })

    .on(routes.backUpBaton.post, async (c) => {
      const outcome = await commands.backUpBaton(visitorOf(c).identity.name);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(`${routes.backupPlace()}?done=asked`, 303);
    });

  async function show(c: WebContext, page: Omit<BackupPlaceProps, "hasSecret" | "own">, status: 200 | 400 = 200) {
    const frame = frameOf(c, needs, { title: "Backups", section: "system" });
    const hasSecret = (await store.backups.place()).type === "s3";
    const own = await readOwnBackups(needs);
    return c.html(BackupPlacePage({ frame, page: { ...page, hasSecret, own } }), status);
  }
}

async function readOwnBackups({ store, clock, ownBackups: settings }: PageNeeds): Promise<OwnBackupsProps> {
  const [backups, [lastScheduled = null]] = await Promise.all([
    store.backups.own({ limit: shownBackups }),
    store.backups.own({ reason: "schedule", limit: 1 }),
  ]);
  return { settings, backups, nextAt: nextOwnBackup(settings.schedule, lastScheduled, clock.now()) };
}

function placeIn(form: URLSearchParams): BackupPlace {
  const text = (name: string) => form.get(name)?.trim() ?? "";
  if (form.get("type") !== "s3") return { type: "folder", path: text("path") || null };
  return {
    type: "s3",
    endpoint: text("endpoint"),
    region: text("region") || "us-east-1",
    bucket: text("bucket"),
    prefix: text("prefix").replace(/^\/+|\/+$/g, ""),
    accessKeyId: text("accessKeyId"),
  };
}
