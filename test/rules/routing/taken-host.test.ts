import { expect, test } from "vitest";
import type { EnvironmentId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { InstalledProduct, Slug } from "../../../server/model/product.ts";
import { whyTaken } from "../../../server/rules/routing/taken-host.ts";

const [shop, staging, gone] = [1 as InstallationId, 2 as InstallationId, 3 as InstallationId];

function installed(id: InstallationId, environment: string, domain: string | null): InstalledProduct {
  return {
    product: {
      id: 1 as ProductId,
      slug: "shop" as Slug,
      repository: null,
      watch: "wait",
      hidesLogs: false,
      createdAt: new Date("2026-01-31T12:00:00Z"),
    },
    environment: { id: id as number as EnvironmentId, name: environment, domain, branch: null },
    installation: {
      ...{ id, productId: 1 as ProductId, environmentId: id as number as EnvironmentId },
      ...{ branch: null, liveDeploymentId: null, stopped: false },
    },
  };
}

const book = {
  domain: "apps.example.com",
  publicHost: "baton.example.com",
  installed: [installed(shop, "production", null), installed(staging, "staging", "staging.example.com")],
};

test.each([
  ["baton.example.com", null, null, "the address baton.example.com is Baton's own"],
  ["free.example.com", null, null, null],
  ["www.example.com", shop, null, "the address www.example.com belongs to shop"],
  ["www.example.com", staging, shop, "the address www.example.com belongs to shop in staging"],
  ["www.example.com", shop, shop, null],
  ["www.example.com", gone, shop, "the address www.example.com belongs to another product"],
  ["shop.apps.example.com", null, null, "the address shop.apps.example.com belongs to shop"],
  ["shop.apps.example.com", null, shop, null],
] as const)("%s, claimed by %s, is free to %s or says why not", (host, claimedBy, by, why) => {
  expect(whyTaken(book, host, claimedBy, by)).toBe(why);
});
