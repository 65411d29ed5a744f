import { expect, test } from "vitest";
import type { InstallationId } from "../../../server/model/names/ids.ts";
import { replacedSince } from "../../../server/rules/space/replaced-since.ts";

const ready = (installation: number, day: number) => ({
  installationId: installation as InstallationId,
  readyAt: new Date(Date.UTC(2026, 10, day)),
});

test("a version counts as old from the day on which another one replaced it, and the newest never does", () => {
  const [live, before, old, of2] = [ready(1, 20), ready(1, 2), ready(1, 1), ready(2, 1)];
  const versions = [live, before, old, of2];
  expect(replacedSince(versions, new Date(Date.UTC(2026, 10, 10)))).toEqual([live, before, of2]);
  expect(replacedSince(versions, new Date(Date.UTC(2026, 10, 25)))).toEqual([live, of2]);
  expect(replacedSince(versions, new Date(Date.UTC(2026, 10, 1)))).toEqual(versions);
});
