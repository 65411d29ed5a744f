import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** A row id. Ids stay far below 2^53, so they are plain numbers on both sides. */
export const rowId = <Id extends number>(name: string) => bigint(name, { mode: "number" }).$type<Id>();

/** A time in milliseconds, the precision of a Date, so that what is written is read back unchanged. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** An IPv4 network such as "10.214.0.0/27". */
export const network = customType<{ data: string; driverData: string }>({ dataType: () => "cidr" });

/** Removes what Postgres refuses in text from outside: NUL in `text`, and lone surrogates in JSON. */
export const storableText = (text: string) =>
  // Nearly all texts are fine, and this check is some ten times as fast.
  text.isWellFormed() && !text.includes("\0") ? text : text.replace(/\0|\p{Surrogate}/gu, "\uFFFD");

export const outsideText = customType<{ data: string; driverData: string }>({
  dataType: () => "text",
  toDriver: storableText,
});

/** A JSON document whose texts may come from outside: log lines, commit messages, probe answers. */
export const document = <Data>(name: string) =>
  customType<{ data: Data; driverData: string }>({
    dataType: () => "jsonb",
    toDriver: (data) =>
      JSON.stringify(data, (_key, value: unknown) => (typeof value === "string" ? storableText(value) : value)),
    fromDriver: (parsed) => parsed as Data,
  })(name);

/** Words to search among: a tsvector. It is only compared in the database, never read. */
export const searchedWords = customType<{ data: never; driverData: string }>({ dataType: () => "tsvector" });
