ALTER TABLE "deployments" ADD COLUMN "stopped_by" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "token" text;--> statement-breakpoint
-- Its index goes with it.
ALTER TABLE "audit_entries" DROP COLUMN "words";--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "words" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', translate("who" || ' ' || coalesce("token", '') || ' ' || "what" || ' ' || "subject" || ' ' || coalesce(left("detail", 10000), '') || ' ' || "address", '._:/@#-+', '        '))) STORED;--> statement-breakpoint
CREATE INDEX "audit_entries_words" ON "audit_entries" USING gin ("words");--> statement-breakpoint
CREATE INDEX "audit_entries_token" ON "audit_entries" USING btree ("token","at","id") WHERE "audit_entries"."token" is not null;
