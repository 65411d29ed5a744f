import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CannotOpen, createKey, keyBytes, type SecretOwner } from "../../../server/store/keys/secrets.ts";

const secrets = createKey(randomBytes(keyBytes));
const owner: SecretOwner = { kind: "variable", id: "7 TOKEN" };

it("opens what it sealed, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(secrets.open(owner, secrets.seal(owner, text))).toBe(text);
    }),
  );
});

it("seals the same text differently each time", () => {
  expect(secrets.seal(owner, "same").equals(secrets.seal(owner, "same"))).toBe(false);
});

it("shows nothing of the text", () => {
  expect(secrets.seal(owner, "canary-4711").toString("latin1")).not.toContain("canary");
});

it.each<SecretOwner>([
  { kind: "variable", id: "7 OTHER" },
  { kind: "variable", id: "8 TOKEN" },
  { kind: "spec", id: "7 TOKEN" },
])("does not open in the row of $kind $id", (other) => {
  const sealed = secrets.seal(owner, "mine");
  expect(() => secrets.open(other, sealed)).toThrow(CannotOpen);
});

it("does not open with another key, and says that it is the key", () => {
  const other = createKey(randomBytes(keyBytes));
  expect(() => other.open(owner, secrets.seal(owner, "mine"))).toThrow(/another key/);
});

it("does not open when any byte was changed, or the end is missing", () => {
  const sealed = secrets.seal(owner, "mine");
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(sealed.readUInt8(index) ^ 1, index);
    expect(() => secrets.open(owner, changed)).toThrow(CannotOpen);
    expect(() => secrets.open(owner, sealed.subarray(0, index))).toThrow(CannotOpen);
  }
});
