import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { Behaviour } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";
import { type Sample, startTraffic } from "../support/traffic.ts";

const baton = useBaton({ BATON_WATCH: "3s" });
const workshop = useWorkshop();
const sample = fileURLToPath(new URL("../sample-apps/service/", import.meta.url));
let repository: Repository;

interface Service {
  readonly name: "api" | "web";
  /** The version that it answers with. */
  readonly version: string;
  readonly behaviour?: Behaviour;
}

/** The first web service has the product's own address, and the others have addresses below it. */
async function push(...services: readonly Service[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const stacks = services.map(({ name }) => `  ${name}: { path: ${name}, health: { timeout: 10s } }\n`);
  await repository.write({ "baton.yaml": `stacks:\n${stacks.join("")}` });
  for (const { name, version, behaviour = "serve" } of services) {
    await repository.write({ [`${name}/release.json`]: JSON.stringify({ version, behaviour }) });
  }
  await repository.commit(services.map(({ name, version }) => `${name} ${version}`).join(", "));
  return repository.push(baton().remote("shop")).done;
}

const traffic = (service?: string) =>
  startTraffic({
    ...{ httpPort: baton().httpPort, product: "shop", connections: "new", workers: 2, pauseMs: 5 },
    ...(service !== undefined && { service }),
  });
/**
 * Hosts are added and removed here, which loads a configuration. As the README says, that may reset a connection; no
 * other failure is allowed.
 */
const wrong = (failures: readonly Sample[]) =>
  failures.map(({ failure }) => failure).filter((failure) => failure !== "ECONNRESET");
const answerOf = async (host: string) => (await baton().ask(host)).body;

beforeAll(async () => {
  ({ repository } = await workshop.serviceApp("shop"));
  for (const name of ["api", "web"]) await cp(sample, join(repository.folder, name), { recursive: true });
  expect(await push({ name: "api", version: "v1" }, { name: "web", version: "v11" })).toMatchObject({ code: 0 });
});

test("an address that goes to another service is not answered by the new version of the former one, nor when it goes back", async () => {
  const [main, below] = [traffic(), traffic("web")];
  const { code, text } = await push({ name: "web", version: "v12" }, { name: "api", version: "v2" });
  expect(code, text).toBe(0);
  await main.sees(12);
  const there = await main.stop();
  expect([wrong(there.failures), there.versions]).toEqual([[], [1, 12]]);
  expect((await below.stop()).versions).toEqual([11, 12]);
  expect(await answerOf("api.shop")).toBe("v2");

  const back = traffic();
  const { code: broken } = await push(
    { name: "api", version: "v3" },
    { name: "web", version: "v13", behaviour: "crash-when-live" },
  );
  expect(broken).not.toBe(0);
  const { failures, versions } = await back.stop();
  expect([wrong(failures), versions]).toEqual([[], [3, 12]]);
  expect([await answerOf("shop"), await answerOf("api.shop")]).toEqual(["v12", "v2"]);

  const again = await push({ name: "api", version: "v4" }, { name: "web", version: "v14" });
  expect(again.code, again.text).toBe(0);
  expect([await answerOf("shop"), await answerOf("web.shop")]).toEqual(["v4", "v14"]);
});
