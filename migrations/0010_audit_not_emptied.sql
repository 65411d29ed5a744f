-- TRUNCATE goes past rules. The trigger goes with its table; drop-everything.ts removes the function.
CREATE OR REPLACE FUNCTION "refuse_to_empty_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is kept: it cannot be emptied';
END $$;--> statement-breakpoint
CREATE TRIGGER "audit_entries_are_not_emptied" BEFORE TRUNCATE ON "audit_entries" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_to_empty_audit"();
