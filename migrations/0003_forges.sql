CREATE TABLE "delivery_deployments" (
	"delivery_id" bigint NOT NULL,
	"deployment_id" bigint NOT NULL,
	CONSTRAINT "delivery_deployments_delivery_id_deployment_id_pk" PRIMARY KEY("delivery_id","deployment_id")
);
--> statement-breakpoint
CREATE TABLE "forge_reports" (
	"deployment_id" bigint PRIMARY KEY NOT NULL,
	"told" text,
	"receipt" jsonb,
	"trying" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"trouble" text,
	"next_try_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"product_id" bigint PRIMARY KEY NOT NULL,
	"root_directory" text DEFAULT '' NOT NULL,
	"paths" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"poll_minutes" integer,
	"polled_at" timestamp (3) with time zone,
	"token" "bytea",
	"public_key" text,
	"private_key" "bytea",
	"host_key" text,
	"webhook_secret" "bytea",
	"pinged_at" timestamp (3) with time zone,
	"report_status" boolean DEFAULT true NOT NULL,
	"report_deployment" boolean DEFAULT true NOT NULL,
	"report_comment" boolean DEFAULT true NOT NULL,
	CONSTRAINT "sources_poll_minutes" CHECK (coalesce("sources"."poll_minutes" >= 1, true)),
	CONSTRAINT "sources_key" CHECK (num_nulls("sources"."public_key", "sources"."private_key") in (0, 2))
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"product_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"via" text NOT NULL,
	"delivery_id" text,
	"digest" text,
	"first" boolean NOT NULL,
	"genuine" boolean NOT NULL,
	"name" text NOT NULL,
	"outcome" text NOT NULL,
	"verdict" text NOT NULL,
	"commit_sha" text,
	"again" bigint,
	"event" jsonb,
	"headers" jsonb,
	"body" text,
	"body_bytes" integer,
	CONSTRAINT "webhook_deliveries_refused" CHECK ("webhook_deliveries"."genuine" = ("webhook_deliveries"."outcome" <> 'refused')),
	CONSTRAINT "webhook_deliveries_first" CHECK ("webhook_deliveries"."genuine" or not "webhook_deliveries"."first")
);
--> statement-breakpoint
ALTER TABLE "delivery_deployments" ADD CONSTRAINT "delivery_deployments_delivery_id_webhook_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."webhook_deliveries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_deployments" ADD CONSTRAINT "delivery_deployments_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "forge_reports" ADD CONSTRAINT "forge_reports_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "delivery_deployments_deployment" ON "delivery_deployments" USING btree ("deployment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" USING btree ("product_id","delivery_id") WHERE "webhook_deliveries"."first" and "webhook_deliveries"."delivery_id" is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_product" ON "webhook_deliveries" USING btree ("product_id","genuine","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_digest" ON "webhook_deliveries" USING btree ("product_id","digest") WHERE "webhook_deliveries"."first";