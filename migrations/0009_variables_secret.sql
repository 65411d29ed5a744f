ALTER TABLE "product_variables" DROP CONSTRAINT "product_variables_name";--> statement-breakpoint
ALTER TABLE "variables" DROP CONSTRAINT "variables_name";--> statement-breakpoint
ALTER TABLE "product_variables" ADD COLUMN "secret" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "variables" ADD COLUMN "secret" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "product_variables" ADD CONSTRAINT "product_variables_name" CHECK ("product_variables"."name" ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$');--> statement-breakpoint
ALTER TABLE "variables" ADD CONSTRAINT "variables_name" CHECK ("variables"."name" ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$');