CREATE TABLE "environment_variables" (
	"environment_id" bigint NOT NULL,
	"name" text NOT NULL,
	"value" "bytea" NOT NULL,
	"at_build" boolean,
	"secret" boolean DEFAULT true NOT NULL,
	"write_only" boolean DEFAULT false NOT NULL,
	"refers" boolean DEFAULT false NOT NULL,
	CONSTRAINT "environment_variables_environment_id_name_pk" PRIMARY KEY("environment_id","name"),
	CONSTRAINT "environment_variables_name" CHECK ("environment_variables"."name" ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$'),
	CONSTRAINT "environment_variables_write_only" CHECK ("environment_variables"."secret" or not "environment_variables"."write_only")
);
--> statement-breakpoint
ALTER TABLE "product_variables" ADD COLUMN "write_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "product_variables" ADD COLUMN "refers" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "variables" ADD COLUMN "write_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "variables" ADD COLUMN "refers" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- Secrets that were entered before values could be revealed were said never to be shown again.
UPDATE "product_variables" SET "write_only" = "secret";--> statement-breakpoint
UPDATE "variables" SET "write_only" = "secret";--> statement-breakpoint
ALTER TABLE "environment_variables" ADD CONSTRAINT "environment_variables_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_variables" ADD CONSTRAINT "product_variables_write_only" CHECK ("product_variables"."secret" or not "product_variables"."write_only");--> statement-breakpoint
ALTER TABLE "variables" ADD CONSTRAINT "variables_write_only" CHECK ("variables"."secret" or not "variables"."write_only");
