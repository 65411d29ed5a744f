import { expect, test } from "vitest";
import {
  missingVariable,
  variableMissedBy,
  variableMissedIn,
} from "../../../server/rules/diagnosis/missing-variable.ts";

test.each([
  ["Error: DATABASE_URL is not set", "DATABASE_URL"],
  ["throw new Error('DATABASE_URL must be set');", "DATABASE_URL"],
  ["Error: STRIPE_KEY is required", "STRIPE_KEY"],
  ["error: Environment variable not found: DATABASE_URL.", "DATABASE_URL"],
  ["Missing environment variable: API_KEY", "API_KEY"],
  ["missing required environment variable SECRET_KEY_BASE", "SECRET_KEY_BASE"],
  ["Missing required env var `SESSION_SECRET`", "SESSION_SECRET"],
  ["Missing STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY"],
  ["environment variable PORT2 is missing", "PORT2"],
  ["KeyError: 'DJANGO_SECRET_KEY'", "DJANGO_SECRET_KEY"],
  [`key not found: "RAILS_MASTER_KEY" (KeyError)`, "RAILS_MASTER_KEY"],
  ["./start.sh: line 3: DATABASE_URL: unbound variable", "DATABASE_URL"],
  ["sh: DATABASE_URL: parameter not set", "DATABASE_URL"],
  ["panic: REDIS_URL environment variable is not set", "REDIS_URL"],
  ["django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable", "SECRET_KEY"],
  ["2026/11/29 08:00:00 DB_HOST has not been set", "DB_HOST"],
  ["process.env.API_URL is undefined", "API_URL"],
  ['The environment variable "MAIL_FROM" needs to be set', "MAIL_FROM"],
  ["Error: Database is uninitialized: POSTGRES_PASSWORD is not specified", "POSTGRES_PASSWORD"],
])("%s", (line, variable) => {
  expect(missingVariable(line)).toBe(variable);
});

test.each([
  "ReferenceError: CONFIG is not defined",
  "NameError: name 'SETTINGS' is not defined",
  "GET / answered 404",
  "Error: ECONNREFUSED 127.0.0.1:5432",
  "ENOENT: no such file or directory, open '/app/README'",
  "the file config.json is missing",
  "HTTP is required",
  "LOG_LEVEL is not set, using info",
  "SENTRY_DSN is not set: reporting is disabled",
  "npm ERR! Missing script: start",
])("is not read out of: %s", (line) => {
  expect(missingVariable(line)).toBeNull();
});

test("the line that says why goes before the others, and the sentence of a failure before its output", () => {
  expect(variableMissedIn(["PORT is not set", "TypeError: no"])).toBeNull();
  expect(variableMissedIn(["PORT is not set", "Error: DATABASE_URL is not set"])).toBe("DATABASE_URL");
  expect(variableMissedIn(["starting", "./run.sh: line 3: API_URL: unbound variable"])).toBe("API_URL");
  const failure = {
    message: "web crashed on startup: Error: DATABASE_URL is not set",
    lastLines: ["Error: X_Y is not set"],
  };
  expect(variableMissedBy(failure)).toBe("DATABASE_URL");
  expect(variableMissedBy({ ...failure, message: "web crashed" })).toBe("X_Y");
});
