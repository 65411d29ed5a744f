-- Nearly all deployments are settled, so that is what existing rows say at once, without being rewritten. The few others are found with the index of the events that settled them, which nothing needs afterwards.
ALTER TABLE "deployments" ADD COLUMN "settled" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ALTER COLUMN "settled" SET DEFAULT false;--> statement-breakpoint
UPDATE "deployments" SET "settled" = false WHERE "id" IN (SELECT "id" FROM "deployments" EXCEPT SELECT "deployment_id" FROM "deployment_events" WHERE "type" = 'settled');--> statement-breakpoint
DROP INDEX "deployment_events_settled";--> statement-breakpoint
CREATE INDEX "deployments_unsettled" ON "deployments" USING btree ("id") WHERE not "deployments"."settled";--> statement-breakpoint
CREATE INDEX "deployments_status" ON "deployments" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "deployments_created_at" ON "deployments" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "audit_entries_who" ON "audit_entries" USING btree ("who","id");--> statement-breakpoint
CREATE INDEX "audit_entries_product" ON "audit_entries" USING btree (split_part("subject", ' ', 1),"id");--> statement-breakpoint
CREATE INDEX "forge_reports_trouble" ON "forge_reports" USING btree ("deployment_id") WHERE "forge_reports"."trouble" is not null;
