CREATE TABLE "drills" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "drills_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"backup_id" bigint NOT NULL,
	"installation_id" bigint NOT NULL,
	"service" text NOT NULL,
	"status" text NOT NULL,
	"requested_by" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"facts" jsonb,
	"failure" text,
	CONSTRAINT "drills_status" CHECK ("drills"."status" in ('queued', 'running', 'done', 'failed', 'stopped')),
	CONSTRAINT "drills_finished" CHECK (("drills"."status" in ('queued', 'running')) = ("drills"."finished_at" is null))
);
--> statement-breakpoint
ALTER TABLE "drills" ADD CONSTRAINT "drills_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "public"."backups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drills" ADD CONSTRAINT "drills_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "drills_installation" ON "drills" USING btree ("installation_id","id");