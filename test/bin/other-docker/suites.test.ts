import { expect, test } from "vitest";
import { acquireSettings } from "../../../bin/other-docker/root.mjs";
import { findSuite, inOrderFor, parseMadison, suites } from "../../../bin/other-docker/suites.mjs";

test("the version in a suite is read off what apt prints", () => {
  const output = " docker.io | 26.1.5+dfsg1-9+b9 | http://deb.debian.org/debian trixie/main amd64 Packages\n";
  expect(parseMadison(output)).toBe("26.1.5");
  expect(parseMadison(" docker.io | 1:29.0.1-2 | http://m.example sid/main amd64 Packages\n")).toBe("29.0.1");
  expect(parseMadison("")).toBeNull();
});

test("the suite that is likely to have a version is asked first, and all others are asked too", () => {
  expect(inOrderFor(26)[0]).toBe("trixie");
  for (const major of [20, 26, 28, 99]) expect([...inOrderFor(major)].sort()).toEqual([...suites].sort());
});

const versions: Record<string, string | null> = { sid: "28.5.2", forky: "28.5.2", trixie: "26.1.5", bookworm: null };
const versionIn = async (suite: string) => versions[suite] ?? null;

test("a version is found wherever it is by now", async () => {
  expect(await findSuite(28, versionIn)).toBe("sid");
  const moved = async (suite: string) => (suite === "forky" ? "26.1.5" : "30.0.0");
  expect(await findSuite(26, moved)).toBe("forky");
});

test("a version that no suite has is refused with the versions that there are", async () => {
  await expect(findSuite(29, versionIn)).rejects.toThrow(
    "Docker 29 cannot be had from Debian today: sid has 28.5.2, forky has 28.5.2, trixie has 26.1.5, bookworm has none.",
  );
  await expect(findSuite(2, versionIn)).rejects.toThrow("Docker 2 cannot be had");
});

test("packages are fetched as this machine fetches its own: through its proxy, from a mirror that may stand still", () => {
  const dump = `Acquire "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128/";
Acquire::Check-Valid-Until "false";
Acquire::IndexTargets::deb::Packages::MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
APT::Install-Recommends "0";
`;
  expect(acquireSettings(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.example:3128/";',
    'Acquire::Check-Valid-Until "false";',
  ]);
});
