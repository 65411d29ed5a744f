import { BackupsPage } from "../../../../views/backups/backups-page.tsx";
import type { BackupsProps } from "../../../../views/backups/backups-props.ts";
import { RemoveBackupPage } from "../../../../views/backups/remove-backup-page.tsx";
import { RestorePage } from "../../../../views/backups/restore-page.tsx";
import { type Backup, type BackupPlan, migrationBackups } from "../../../model/backup.ts";
import type { BackupId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "../product/product-head.ts";
import { readBackups } from "./backup-views.ts";

const notices: Readonly<Record<string, string>> = {
  asked: "The backup has been started. It appears below.",
  trying: "The restore is being tried, in a container of its own. The result appears below.",
  planned: "Saved.",
  restoring: "The restore has been started. It appears below.",
  removed: "Removed.",
};
const largestCount = 1_000;

/** Backups of a product's data: what there is to back up, the schedule, the history, and the ways back. */
export function createProductBackupPages(needs: PageNeeds) {
  const { endpoints, commands } = needs;

  return endpoints
    .router()
    .on(routes.productBackups.get, async (c) => c.html(await show(c, needs, await placeOf(c, needs), null)))

    .on(routes.productBackups.post, async (c) => {
      const place = await placeOf(c, needs);
      const service = (await readForm(c)).get("service") || null;
      const by = visitorOf(c).identity.name;
      const outcome = await commands.backUp({ installation: place.installation.id, service, by });
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, outcome.backups.map((backup) => backup.service).join(", "));
      return back(c, place, "asked");
    })

    .on(routes.productBackupPlan.post, async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      const plan = planIn(form);
      const outcome = await commands.setBackupPlan(place.installation.id, plan);
      if (outcome.type === "refused") {
        return c.html(await show(c, needs, place, { plan, message: outcome.message }), 400);
      }
      noteDetail(c, plan.cron === null ? "off" : `${plan.cron} (${plan.timezone})`);
      return back(c, place, "planned");
    })

    .on(routes.backupRestore.get, async (c) => {
      const place = await placeOf(c, needs);
      const backup = await backupOf(c, needs, place);
      const frame = frameOf(c, needs, { title: "Restore a backup", section: "products" });
      const facts = await needs.backupFacts(place.installation.id, backup.service);
      return c.html(
        RestorePage({ frame, slug: place.product.slug, environment: place.environment.name, backup, facts }),
      );
    })

    .on(routes.backupRestore.post, async (c) => {
      const place = await placeOf(c, needs);
      const backup = await backupOf(c, needs, place);
      const into = (await readForm(c)).get("into") === "new" ? "new" : "same";
      const outcome = await commands.restoreBackup(backup.id, { into, by: visitorOf(c).identity.name });
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, `${backup.service}, of ${backup.createdAt.toISOString()}${into === "new" ? ", beside it" : ""}`);
      return back(c, place, "restoring");
    })

    .on(routes.backupRemove.get, async (c) => {
      const place = await placeOf(c, needs);
      const backup = await backupOf(c, needs, place);
      const frame = frameOf(c, needs, { title: "Remove a backup", section: "products" });
      return c.html(RemoveBackupPage({ frame, slug: place.product.slug, environment: place.environment.name, backup }));
    })

    .on(routes.backupRemove.post, async (c) => {
      const place = await placeOf(c, needs);
      const backup = await backupOf(c, needs, place);
      const outcome = await commands.removeBackup(backup.id);
      if (outcome.type === "refused") throw problemOf(outcome);
      noteDetail(c, `${backup.service}, of ${backup.createdAt.toISOString()}`);
      return back(c, place, "removed");
    });
}

function back(c: WebContext, place: InstallationRef, done: string): Response {
  return c.redirect(inPlace(routes.productBackups(place.product.slug), place, { done }), 303);
}

/** A backup of the product that the path names; of another product, there is none. */
async function backupOf(c: WebContext, { store }: PageNeeds, { installation }: InstallationRef): Promise<Backup> {
  const id = Number(c.req.param("id"));
  const backup = Number.isSafeInteger(id) ? await store.backups.get(id as BackupId) : null;
  if (!backup || backup.installationId !== installation.id) throw notFound(`backup ${id}`);
  return backup;
}

async function show(c: WebContext, needs: PageNeeds, place: InstallationRef, refused: BackupsProps["refused"]) {
  const { head } = await productFacts(needs, place, c.req.raw.signal);
  const backups = await readBackups(needs, place);
  return BackupsPage({
    frame: frameOf(c, needs, {
      title: `Backups of ${place.product.slug}`,
      section: "products",
      mood: head.mood,
      product: place.product,
    }),
    head,
    backups: { ...backups, refused },
    notice: notices[c.req.query("done") ?? ""] ?? null,
    stream: { url: productStreamUrl(place, digestOf([head, backups]), "backups"), pauseInBackground: true },
  });
}

function planIn(form: URLSearchParams): Omit<BackupPlan, "nextAt"> {
  const cron = form.get("cron")?.trim().replace(/\s+/g, " ") ?? "";
  const count = (name: string) => {
    const typed = Number(form.get(name) ?? 0);
    return Number.isSafeInteger(typed) ? Math.min(largestCount, Math.max(0, typed)) : 0;
  };
  return {
    cron: cron === "" ? null : cron,
    timezone: form.get("timezone")?.trim() ?? "",
    keep: { hourly: count("hourly"), daily: count("daily"), weekly: count("weekly"), monthly: count("monthly") },
    isEncrypted: form.get("encrypted") === "yes",
    beforeMigration: migrationBackups.find((one) => one === form.get("beforeMigration")) ?? "automatic",
  };
}
