CREATE TABLE "custom_domains" (
	"host" text PRIMARY KEY NOT NULL,
	"installation_id" bigint NOT NULL,
	"service" text NOT NULL,
	CONSTRAINT "custom_domains_host" CHECK ("custom_domains"."host" = lower("custom_domains"."host") and "custom_domains"."host" <> '')
);
--> statement-breakpoint
CREATE TABLE "product_variables" (
	"product_id" bigint NOT NULL,
	"name" text NOT NULL,
	"value" "bytea" NOT NULL,
	"at_build" boolean,
	CONSTRAINT "product_variables_product_id_name_pk" PRIMARY KEY("product_id","name"),
	CONSTRAINT "product_variables_name" CHECK ("product_variables"."name" ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$')
);
--> statement-breakpoint
ALTER TABLE "installations" DROP CONSTRAINT "installations_place";--> statement-breakpoint
ALTER TABLE "port_leases" ALTER COLUMN "deployment_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "subnet_leases" ALTER COLUMN "deployment_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "fresh" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "session_id" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "waits" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "branch" text;--> statement-breakpoint
ALTER TABLE "installations" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "installations" ADD COLUMN "keep_volumes" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "port_leases" ADD COLUMN "installation_id" bigint;--> statement-breakpoint
ALTER TABLE "subnet_leases" ADD COLUMN "installation_id" bigint;--> statement-breakpoint
ALTER TABLE "variables" ADD COLUMN "at_build" boolean;--> statement-breakpoint
ALTER TABLE "custom_domains" ADD CONSTRAINT "custom_domains_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_variables" ADD CONSTRAINT "product_variables_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "custom_domains_installation" ON "custom_domains" USING btree ("installation_id");--> statement-breakpoint
ALTER TABLE "port_leases" ADD CONSTRAINT "port_leases_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subnet_leases" ADD CONSTRAINT "subnet_leases_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "installations_place" ON "installations" USING btree ("product_id","environment_id") WHERE "installations"."deleted_at" is null;--> statement-breakpoint
ALTER TABLE "port_leases" ADD CONSTRAINT "port_leases_lasting" UNIQUE("installation_id","service");--> statement-breakpoint
ALTER TABLE "subnet_leases" ADD CONSTRAINT "subnet_leases_installation_id_unique" UNIQUE("installation_id");--> statement-breakpoint
ALTER TABLE "port_leases" ADD CONSTRAINT "port_leases_holder" CHECK (num_nonnulls("port_leases"."deployment_id", "port_leases"."installation_id") = 1);--> statement-breakpoint
ALTER TABLE "subnet_leases" ADD CONSTRAINT "subnet_leases_holder" CHECK (num_nonnulls("subnet_leases"."deployment_id", "subnet_leases"."installation_id") = 1);