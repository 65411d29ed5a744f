CREATE TABLE "service_scalings" (
	"installation_id" bigint NOT NULL,
	"service" text NOT NULL,
	"replicas" integer,
	"sticky" boolean,
	CONSTRAINT "service_scalings_installation_id_service_pk" PRIMARY KEY("installation_id","service"),
	CONSTRAINT "service_scalings_replicas" CHECK ("service_scalings"."replicas" is null or "service_scalings"."replicas" between 1 and 32)
);
--> statement-breakpoint
ALTER TABLE "service_scalings" ADD CONSTRAINT "service_scalings_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;