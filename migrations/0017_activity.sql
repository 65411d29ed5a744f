DROP INDEX "audit_entries_who";--> statement-breakpoint
DROP INDEX "audit_entries_product";--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "product" text;--> statement-breakpoint
-- Entries are never changed: the rule goes for as long as it takes to note their products, which were only in their texts.
DROP RULE "audit_entries_stay" ON "audit_entries";--> statement-breakpoint
UPDATE "audit_entries" SET "product" = nullif(split_part(CASE
	WHEN "what" IN ('created', 'deployed the sample app as', 'installed') THEN "detail"
	WHEN "what" NOT LIKE 'failed to sign in %' THEN "subject"
END, ' ', 1), '');--> statement-breakpoint
CREATE RULE "audit_entries_stay" AS ON UPDATE TO "audit_entries" DO INSTEAD NOTHING;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "words" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', translate("who" || ' ' || "what" || ' ' || "subject" || ' ' || coalesce(left("detail", 10000), '') || ' ' || "address", '._:/@#-+', '        '))) STORED;--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_what" ON "audit_entries" USING btree ("what","at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_words" ON "audit_entries" USING gin ("words");--> statement-breakpoint
CREATE INDEX "audit_entries_who" ON "audit_entries" USING btree ("who","at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_product" ON "audit_entries" USING btree ("product","at","id");