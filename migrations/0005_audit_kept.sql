-- What was done stays told: rules go with their table, so that nothing of them is left when that is dropped.
CREATE RULE "audit_entries_stay" AS ON UPDATE TO "audit_entries" DO INSTEAD NOTHING;--> statement-breakpoint
CREATE RULE "audit_entries_are_kept" AS ON DELETE TO "audit_entries" DO INSTEAD NOTHING;
