import { describe, expect, test } from "vitest";
import { agreeOnApiVersion, isAtLeast, newestApiVersion } from "../../../server/docker/host/api-version.ts";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";

describe("the version of the API that Baton speaks", () => {
  test.each([
    ["20.10.24", "1.12", "1.41", "1.41"],
    ["26.1.5", "1.24", "1.45", "1.45"],
    ["28.5.2", "1.24", "1.51", "1.51"],
    ["29.0.0", "1.44", "1.52", "1.52"],
    ["29.7.2", "1.40", newestApiVersion, newestApiVersion],
    ["of the future", "1.50", "1.99", newestApiVersion],
  ])("with Docker %s, which knows %s to %s, is %s", (Version, MinAPIVersion, ApiVersion, agreed) => {
    expect(agreeOnApiVersion({ Version, MinAPIVersion, ApiVersion })).toBe(agreed);
  });

  test("is the daemon's only one where it names no oldest", () => {
    expect(agreeOnApiVersion({ Version: "4.3.1", ApiVersion: "1.41" })).toBe("1.41");
  });

  test.each([
    [
      "17.03.1",
      "1.12",
      "1.27",
      /^Docker 17\.03\.1 speaks the API versions 1\.12 to 1\.27, .*: update Docker to 20\.10 /,
    ],
    ["40.0.0", "1.90", "1.99", /^Docker 40\.0\.0 speaks the API versions 1\.90 to 1\.99, .*: update Baton\.$/],
  ])(
    "does not exist with Docker %s, and the sentence says what to update",
    (Version, MinAPIVersion, ApiVersion, words) => {
      const agree = () => agreeOnApiVersion({ Version, MinAPIVersion, ApiVersion });
      expect(agree).toThrow(words);
      expect(agree).toThrow(EngineUnavailable);
    },
  );

  test("is compared as numbers", () => {
    expect(isAtLeast("1.41", "1.9")).toBe(true);
    expect(isAtLeast("1.9", "1.41")).toBe(false);
    expect(isAtLeast("2.0", "1.41")).toBe(true);
  });
});
