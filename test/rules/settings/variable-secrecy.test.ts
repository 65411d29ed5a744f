import { describe, expect, it, test } from "vitest";
import { secrecyByDefault, secrecyFault } from "../../../server/rules/settings/variable-changes.ts";
import { isSecretByDefault } from "../../../server/rules/settings/variable-secrecy.ts";

describe("by default", () => {
  test.each([
    ["NODE_ENV", "production"],
    ["LOG_LEVEL", "info"],
    ["PORT", "3000"],
    ["DB_HOST", "db.internal"],
    ["APP_NAME", "Shop"],
    ["MAX_UPLOADS", "20"],
    ["VITE_TITLE", "Shop"],
    ["FEATURE_X", "true"],
    ["SITE_URL", "https://shop.example.com/start"],
    ["REDIS_URL", "redis://cache:6379"],
    ["server.port", "8080"],
  ])("%s=%s is plain", (name, value) => {
    expect(isSecretByDefault(name, value)).toBe(false);
  });

  test.each([
    ["API_TOKEN", "x"],
    ["SESSION_SECRET", "x"],
    ["DB_PASSWORD", "x"],
    ["STRIPE_KEY", "x"],
    ["SENTRY_DSN", "x"],
    ["KEY_PATH", "/run/key"],
    ["DATABASE_URL", "postgres://u:p@db/x"],
    ["SITE_URL", "https://token@example.com"],
    ["SITE_URL", "https://example.com/?t=1"],
    ["SITE_URL", "https://hooks.example.com/services/T00000000B11111111"],
    ["APP_NAME", "9f8e7d6c5b4a39281706f5e4"],
    ["APP_NAME", "-----BEGIN\nEND"],
    ["WHO_KNOWS", "1"],
    ["ACCOUNT", "shop"],
    ["", ""],
  ])("%s=%s is secret", (name, value) => {
    expect(isSecretByDefault(name, value)).toBe(true);
  });
});

const known = [
  { name: "HIDDEN", value: null, isWriteOnly: false },
  { name: "CLOSED", value: null, isWriteOnly: true },
  { name: "SHOWN", value: "1", isWriteOnly: false },
];

it("keeps the mark of what is there", () => {
  expect(secrecyByDefault(known, { HIDDEN: "true", SHOWN: "x", NODE_ENV: "test", OTHER: "x" })).toEqual({
    HIDDEN: true,
    SHOWN: false,
    NODE_ENV: false,
    OTHER: true,
  });
});

it("shows a secret to nobody who does not know it", () => {
  expect(secrecyFault(known, { set: {}, secret: { HIDDEN: false }, writeOnly: {} })).toBe(
    "HIDDEN is secret: enter its value again to make it visible",
  );
  expect(secrecyFault(known, { set: { HIDDEN: "x" }, secret: { HIDDEN: false }, writeOnly: {} })).toBe(null);
  expect(secrecyFault(known, { set: {}, secret: { SHOWN: true, NEW: false, HIDDEN: true }, writeOnly: {} })).toBe(null);
  expect(secrecyFault(known, { set: {}, secret: {}, writeOnly: { CLOSED: false } })).toBe(
    "CLOSED is write-only: enter its value again so that it can be revealed",
  );
  expect(secrecyFault(known, { set: { CLOSED: "x" }, secret: {}, writeOnly: { CLOSED: false } })).toBe(null);
  expect(secrecyFault(known, { set: {}, secret: {}, writeOnly: { HIDDEN: false, CLOSED: true } })).toBe(null);
});
