CREATE TABLE "service_settings" (
	"installation_id" bigint NOT NULL,
	"service" text NOT NULL,
	"path" text,
	"interval_ms" integer,
	"try_timeout_ms" integer,
	"timeout_ms" integer,
	"successes" integer,
	"memory_bytes" bigint,
	"cpus" double precision,
	CONSTRAINT "service_settings_installation_id_service_pk" PRIMARY KEY("installation_id","service"),
	CONSTRAINT "service_settings_positive" CHECK (least("service_settings"."interval_ms", "service_settings"."try_timeout_ms", "service_settings"."timeout_ms", "service_settings"."successes", "service_settings"."memory_bytes", 1) > 0 and ("service_settings"."cpus" is null or "service_settings"."cpus" > 0)),
	CONSTRAINT "service_settings_path" CHECK ("service_settings"."path" is null or "service_settings"."path" like '/%')
);
--> statement-breakpoint
ALTER TABLE "service_settings" ADD CONSTRAINT "service_settings_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installations"("id") ON DELETE cascade ON UPDATE no action;