import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createHostPackages } from "../../../server/host-packages/debian-npm.ts";
import { createFakeHostPackages } from "../../fakes/host/fake-host.ts";
import { missingHostPackagesContract } from "./host-packages.ts";

missingHostPackagesContract("the fake host packages", async () => createFakeHostPackages());

missingHostPackagesContract("the host packages of Debian and npm", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-packages-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // npm is installed with node, so it is the registry that is missing: nothing listens on port 1.
  const environment = { PATH: folder, npm_config_registry: "http://127.0.0.1:1", npm_config_fetch_retries: "0" };
  return createHostPackages({ folder, caddyBin: join(folder, "caddy"), environment });
});
