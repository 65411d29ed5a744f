CREATE TABLE "own_backups" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "own_backups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"requested_by" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"place" jsonb,
	"file" text,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"failure" text,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "own_backups_reason" CHECK ("own_backups"."reason" in ('schedule', 'manual', 'command')),
	CONSTRAINT "own_backups_status" CHECK ("own_backups"."status" in ('queued', 'running', 'done', 'failed', 'stopped')),
	CONSTRAINT "own_backups_finished" CHECK (("own_backups"."status" in ('queued', 'running')) = ("own_backups"."finished_at" is null)),
	CONSTRAINT "own_backups_done" CHECK (("own_backups"."status" = 'done') = ("own_backups"."file" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "own_backups_unfinished" ON "own_backups" USING btree ((true)) WHERE "own_backups"."status" in ('queued', 'running');