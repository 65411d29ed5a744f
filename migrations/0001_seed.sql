INSERT INTO "instances" ("id")
SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz0123456789', 1 + floor(random() * 36)::int, 1), '')
FROM generate_series(1, 8);
--> statement-breakpoint
INSERT INTO "environments" ("name") VALUES ('production');
