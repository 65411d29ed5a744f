ALTER TABLE "backup_plans" ADD COLUMN "before_migration" text DEFAULT 'automatic' NOT NULL;--> statement-breakpoint
ALTER TABLE "backups" ADD COLUMN "made_for_id" bigint;--> statement-breakpoint
ALTER TABLE "restores" ADD COLUMN "deployment_id" bigint;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "data_before_id" bigint;--> statement-breakpoint
ALTER TABLE "backups" ADD CONSTRAINT "backups_made_for_id_deployments_id_fk" FOREIGN KEY ("made_for_id") REFERENCES "public"."deployments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restores" ADD CONSTRAINT "restores_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_data_before_id_deployments_id_fk" FOREIGN KEY ("data_before_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "backups_made_for" ON "backups" USING btree ("made_for_id") WHERE "backups"."made_for_id" is not null;--> statement-breakpoint
ALTER TABLE "backup_plans" ADD CONSTRAINT "backup_plans_before_migration" CHECK ("backup_plans"."before_migration" in ('automatic', 'always', 'never'));