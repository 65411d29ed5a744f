CREATE TABLE "machine_invitations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "machine_invitations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sha256" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"last_try" jsonb,
	CONSTRAINT "machine_invitations_sha256_unique" UNIQUE("sha256"),
	CONSTRAINT "machine_invitations_sha256" CHECK (length("machine_invitations"."sha256") = 32)
);
--> statement-breakpoint
CREATE TABLE "machines" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"state" text,
	"since" timestamp (3) with time zone,
	"facts" jsonb,
	CONSTRAINT "machines_state" CHECK ("machines"."state" in ('ready', 'draining', 'drained', 'lost', 'unknown')),
	CONSTRAINT "machines_seen" CHECK (num_nulls("machines"."name", "machines"."state", "machines"."since") in (0, 3))
);
