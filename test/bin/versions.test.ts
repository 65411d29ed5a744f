import { describe, expect, test } from "vitest";
import { checkNode } from "../../bin/set-up/packages/node-version.mjs";
import { isAtLeast, parseVersion } from "../../bin/set-up/packages/versions.mjs";

describe("versions", () => {
  test("are read from what programs print", () => {
    expect(parseVersion("v2.11.4 h1:XKxkmtgT3pOxFOBpEOzHMj4SHvMJ0BGVbU+9h9KqxoE=")).toEqual({
      major: 2,
      minor: 11,
      patch: 4,
    });
    expect(parseVersion("2.6.2\n")).toEqual({ major: 2, minor: 6, patch: 2 });
    expect(parseVersion("20.10")).toEqual({ major: 20, minor: 10, patch: 0 });
    expect(parseVersion("(devel)")).toBeNull();
  });

  test("are compared as numbers", () => {
    expect(isAtLeast("2.11.2", "2.11.2")).toBe(true);
    expect(isAtLeast("2.11.10", "2.11.2")).toBe(true);
    expect(isAtLeast("3.0.0", "2.11.2")).toBe(true);
    expect(isAtLeast("2.11.1", "2.11.2")).toBe(false);
    expect(isAtLeast("2.9.9", "2.11.2")).toBe(false);
    expect(isAtLeast("unknown", "2.11.2")).toBe(false);
  });

  test("an old Node.js is refused, naming both versions", () => {
    expect(checkNode("20.19.0")).toEqual({ is: "20.19.0" });
    expect(() => checkNode("18.20.4")).toThrow(
      "Baton needs Node.js 20.19.0 or newer; this is 18.20.4. A newer one than the distribution's is at https://nodejs.org",
    );
  });
});
