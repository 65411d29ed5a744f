CREATE TABLE "audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"who" text NOT NULL,
	"what" text NOT NULL,
	"subject" text NOT NULL,
	"detail" text,
	"deployment_id" bigint,
	"address" text NOT NULL,
	CONSTRAINT "audit_entries_words" CHECK ("audit_entries"."who" <> '' and "audit_entries"."what" <> '')
);
