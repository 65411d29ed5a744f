CREATE TABLE "backup_plans" (
	"installation_id" bigint PRIMARY KEY NOT NULL,
	"cron" text,
	"timezone" text NOT NULL,
	"keep" jsonb NOT NULL,
	"is_encrypted" boolean NOT NULL,
	"next_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "backup_settings" (
	"id" integer PRIMARY KEY NOT NULL,
	"place" jsonb,
	"place_secret" "bytea",
	"recipient" text,
	"identity" "bytea",
	CONSTRAINT "backup_settings_one" CHECK ("backup_settings"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "backups" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "backups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"installation_id" bigint NOT NULL,
	"service" text NOT NULL,
	"method" text NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"deployment_id" bigint,
	"requested_by" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"read_bytes" bigint DEFAULT 0 NOT NULL,
	"stored_bytes" bigint DEFAULT 0 NOT NULL,
	"folder" text NOT NULL,
	"files" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"is_encrypted" boolean NOT NULL,
	"frozen_ms" integer DEFAULT 0 NOT NULL,
	"facts" jsonb,
	"failure" text,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "backups_status" CHECK ("backups"."status" in ('queued', 'running', 'done', 'failed')),
	CONSTRAINT "backups_method" CHECK ("backups"."method" in ('postgres', 'mysql', 'mongodb', 'redis', 'volume')),
	CONSTRAINT "backups_reason" CHECK ("backups"."reason" in ('schedule', 'manual', 'before-restore', 'before-migration')),
	CONSTRAINT "backups_finished" CHECK (("backups"."status" in ('done', 'failed')) = ("backups"."finished_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "restores" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "restores_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"backup_id" bigint NOT NULL,
	"installation_id" bigint NOT NULL,
	"into" text NOT NULL,
	"status" text NOT NULL,
	"requested_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"safety_backup_id" bigint,
	"restored" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"failure" text,
	CONSTRAINT "restores_into" CHECK ("restores"."into" in ('same', 'new')),
	CONSTRAINT "restores_status" CHECK ("restores"."status" in ('queued', 'running', 'done', 'failed')),
	CONSTRAINT "restores_finished" CHECK (("restores"."status" in ('done', 'failed')) = ("restores"."finished_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "backup_plans" ADD CONSTRAINT "backup_plans_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "backups" ADD CONSTRAINT "backups_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restores" ADD CONSTRAINT "restores_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "public"."backups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restores" ADD CONSTRAINT "restores_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restores" ADD CONSTRAINT "restores_safety_backup_id_backups_id_fk" FOREIGN KEY ("safety_backup_id") REFERENCES "public"."backups"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "backups_installation" ON "backups" USING btree ("installation_id","id");--> statement-breakpoint
CREATE INDEX "backups_unfinished" ON "backups" USING btree ("id") WHERE "backups"."status" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "restores_installation" ON "restores" USING btree ("installation_id","id");