import { mkdtemp, readdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import { createSwitch, type Switch } from "../../../server/proxy/switch/switch.ts";
import { deployment, installation, local, routesFor, webOn } from "../sample-routes.ts";

const shop = installation(7);
let folder: string;
let switches: Switch;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-switch-"));
  switches = createSwitch({ routesFolder: folder, restingPort: 19002 });
});
afterEach(() => rm(folder, { recursive: true }));

const live = (file: string) => readFile(join(folder, "7/live", file), "utf8");

test("a new installation rests until its first switch", async () => {
  expect(await switches.current(shop)).toBeNull();
  await switches.settle([routesFor(7, "shop.localhost")]);
  expect(await live("@web")).toBe("127.0.0.1:19002\n");
  expect(await live(".deployment")).toBe("empty\n");
  expect(await switches.current(shop)).toBeNull();
});

test("preparing switches nothing; switching moves all services at once by a relative link", async () => {
  await switches.settle([routesFor(7, "shop.localhost")]);
  const ports = new Map([
    ["web", hostAddress("127.0.0.2", 20001)],
    ["api", hostAddress("127.0.0.2", 20002)],
  ]);
  await switches.prepare(shop, deployment(12), ports);
  expect(await live("@web")).toBe("127.0.0.1:19002\n");

  const { tookMs } = await switches.switchTo(shop, deployment(12));
  expect(tookMs).toBeGreaterThan(0);
  expect(await readlink(join(folder, "7/live"))).toBe("12");
  expect([await live("@web"), await live("@api"), await live(".deployment")]).toEqual([
    "127.0.0.2:20001\n",
    "127.0.0.2:20002\n",
    "12\n",
  ]);
  expect(await switches.current(shop)).toBe(12);
});

test("the same switch can be made twice, and after a crash in its middle", async () => {
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.switchTo(shop, deployment(12));
  await symlink("99", join(folder, "7/live.new"));
  await switches.switchTo(shop, deployment(12));
  expect(await switches.current(shop)).toBe(12);
  expect(await readdir(join(folder, "7"))).not.toContain("live.new");
});

test("settling again keeps the switch where it is, and gives new services the resting page", async () => {
  await switches.settle([routesFor(7, "shop.localhost")]);
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.switchTo(shop, deployment(12));
  await switches.settle([{ installation: shop, routes: [{ host: "api.shop.localhost", service: "api" }] }]);
  expect([await live("@web"), await live("@api")]).toEqual(["127.0.0.1:20001\n", "127.0.0.1:19002\n"]);
});

test("a switch to what was never prepared is refused, and the live one stays", async () => {
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.switchTo(shop, deployment(12));
  await expect(switches.switchTo(shop, deployment(13))).rejects.toThrow("Deployment 13 of installation 7");
  expect(await switches.current(shop)).toBe(12);
});

test("stopping works for an installation without routes, and is remembered", async () => {
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.switchTo(shop, "stopped");
  expect(await switches.current(shop)).toBe("stopped");
});

test("preparing the live deployment again changes its ports in place", async () => {
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.switchTo(shop, deployment(12));
  await switches.prepare(shop, deployment(12), webOn(20009));
  expect(await live("@web")).toBe("127.0.0.1:20009\n");
});

test("a forgotten deployment is gone; the live one can't be forgotten", async () => {
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.prepare(shop, deployment(13), webOn(20002));
  await switches.switchTo(shop, deployment(13));
  await switches.forget(shop, deployment(12));
  await switches.forget(shop, deployment(13));
  await switches.forget(shop, deployment(99));
  expect(await switches.listFolders()).toEqual(new Map([[shop, [13]]]));
  expect(await live("@web")).toBe("127.0.0.1:20002\n");
});

test("a forgotten installation is gone with everything", async () => {
  await switches.settle([routesFor(7, "shop.localhost")]);
  await switches.forgetInstallation(shop);
  await switches.forgetInstallation(shop);
  expect(await readdir(folder)).not.toContain("7");

  await switches.settle([routesFor(7, "shop.localhost")]);
  expect(await live("@web")).toBe("127.0.0.1:19002\n");
});

test("the list has every installation and its deployments, and nothing else", async () => {
  await switches.settle([routesFor(8, "empty.localhost")]);
  await switches.prepare(shop, deployment(12), webOn(20001));
  await switches.prepare(shop, deployment(3), webOn(20002));
  expect(await switches.listFolders()).toEqual(
    new Map([
      [shop, [3, 12]],
      [installation(8), []],
    ]),
  );
  expect(await createSwitch({ routesFolder: join(folder, "none"), restingPort: 1 }).listFolders()).toEqual(new Map());
});

test.each(["../../etc/passwd", "a b", ""])("a service named %j is not written", async (name) => {
  await expect(switches.prepare(shop, deployment(12), new Map([[name, local(1)]]))).rejects.toThrow(
    "is not a service name",
  );
  expect(await readdir(folder)).toEqual([]);
});

test("two switches at one moment both succeed", async () => {
  await switches.settle([routesFor(7, "shop.localhost")]);
  for (const id of [12, 13]) await switches.prepare(shop, deployment(id), webOn(20_000 + id));
  for (let round = 0; round < 20; round++) {
    await Promise.all([12, 13].map((id) => switches.switchTo(shop, deployment(id))));
  }
  expect(["12", "13"]).toContain(await readlink(join(folder, "7/live")));
  expect(await readdir(join(folder, "7"))).not.toContain("live.new");
});
