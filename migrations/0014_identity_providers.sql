CREATE TABLE "identity_providers" (
	"id" integer PRIMARY KEY NOT NULL,
	"label" text NOT NULL,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" "bytea" NOT NULL,
	"domains" text[] NOT NULL,
	"role" text,
	CONSTRAINT "identity_providers_one" CHECK ("identity_providers"."id" = 1),
	CONSTRAINT "identity_providers_role" CHECK ("identity_providers"."role" in ('viewer', 'deployer', 'maintainer', 'admin'))
);
