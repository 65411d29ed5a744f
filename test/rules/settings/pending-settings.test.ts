import { expect, test } from "vitest";
import { nothingSet, type SettingSources } from "../../../server/model/service-settings.ts";
import { pendingSettings } from "../../../server/rules/settings/pending-settings.ts";
import { aService } from "../../model/a-deployment.ts";

const path = { ...nothingSet, path: "/ready" };
const planned = (settings: SettingSources) => [aService({ name: "web", settings })];

test("what was set since a version was planned is pending, also when it was taken away", () => {
  const services = planned({ set: path, inRepository: [] });
  expect(pendingSettings(services, new Map([["web", path]]))).toEqual([]);
  expect(pendingSettings(services, new Map([["web", { ...path, cpus: 2 }]]))).toEqual(["web"]);
  expect(pendingSettings(services, new Map())).toEqual(["web"]);
  expect(
    pendingSettings(
      services,
      new Map([
        ["web", path],
        ["api", path],
      ]),
    ),
  ).toEqual([]);
});

test("what the repository says itself is not pending", () => {
  expect(pendingSettings(planned({ set: nothingSet, inRepository: ["path"] }), new Map([["web", path]]))).toEqual([]);
});

test("a version from before there were settings is compared by what it has", () => {
  const services = [aService({ name: "web" })];
  expect(pendingSettings(services, new Map())).toEqual([]);
  expect(pendingSettings(services, new Map([["web", { ...nothingSet, path: "/" }]]))).toEqual([]);
  expect(pendingSettings(services, new Map([["web", path]]))).toEqual(["web"]);
});
