import { describe, expect, test } from "vitest";
import { type DockerFacts, type SystemFacts, systemWarnings } from "../../../server/rules/health/system-warnings.ts";

const gibibyte = 1024 ** 3;
const now = new Date("2026-11-29");
const docker: DockerFacts = {
  ...{ builder: "buildkit", version: "29.7.2", packager: "docker" },
  ...{ operatingSystem: "Debian GNU/Linux 13 (trixie)", rootless: false, cannotLimit: [] },
};
const well: SystemFacts = {
  docker,
  usage: { imagesBytes: 4 * gibibyte, buildCacheBytes: gibibyte },
  firewall: { type: "held", in: [{ backend: "nft", chain: "DOCKER-USER" }] },
  buildLimits: { type: "held", limits: { memoryBytes: null, processes: 4096 }, each: "all" },
  caddyAnswers: true,
  databaseAnswers: true,
  disk: { freeBytes: 50 * gibibyte, totalBytes: 100 * gibibyte },
  isReadableOnTheWay: false,
  unserved: [],
  products: [],
  failingBackups: [],
  lostMachines: [],
  ownBackupTrouble: null,
};
const texts = (changes: Partial<SystemFacts>) => systemWarnings({ ...well, ...changes }, now).map(({ text }) => text);

describe("the system page warns", () => {
  test("of nothing when all is well", () => expect(texts({})).toEqual([]));

  test("of what does not answer, before all else", () => {
    const disk = { freeBytes: 5 * gibibyte, totalBytes: 100 * gibibyte };
    expect(texts({ docker: null, usage: null, caddyAnswers: false, databaseAnswers: false, disk })).toEqual([
      "The database isn't responding.",
      "Docker isn't responding.",
      "Caddy isn't responding.",
      "Less than a tenth of the disk is free.",
    ]);
  });

  test("of the last backup or restore drill of a service that failed", () => {
    const failed = { name: "shop", service: "db", failure: "pg_restore failed:\nout of memory" };
    expect(
      texts({
        failingBackups: [
          { ...failed, what: "backup" },
          { ...failed, what: "restore drill" },
        ],
      }),
    ).toEqual([
      "The last backup of db failed: out of memory (shop).",
      "The last restore drill of db failed: out of memory (shop).",
    ]);
  });

  test("of machines that are lost", () => {
    const lostMachines = [{ name: "two", since: new Date("2026-11-30T12:00:20Z") }];
    expect(texts({ lostMachines })).toEqual(["The machine two is lost since 2026-11-30 12:00 UTC."]);
  });

  test("of what is wrong with the backups of Baton itself", () => {
    const ownBackupTrouble = "The last backup of Baton itself failed: The disk of /mnt is full";
    expect(texts({ ownBackupTrouble })).toEqual([`${ownBackupTrouble}.`]);
  });

  test("of firewall rules that are not in place, unless nobody wants them", () => {
    expect(texts({ firewall: { type: "missing", why: "iptables is not installed" } })).toEqual([
      "Baton's firewall rules are not in place: iptables is not installed.",
    ]);
    expect(texts({ firewall: { type: "off" } })).toEqual([]);
    expect(texts({ firewall: null })).toEqual([]);
  });

  test("of firewall rules that hold, but not for the containers of a rootless Docker", () => {
    expect(texts({ docker: { ...docker, rootless: true } })).toEqual([
      "Baton's firewall rules are not in place: Docker runs rootless, with networks of its own.",
    ]);
    expect(texts({ docker: { ...docker, rootless: true }, firewall: { type: "off" } })).toEqual([]);
  });

  test("of limits that Docker cannot hold services to", () => {
    expect(texts({ docker: { ...docker, cannotLimit: ["memory", "processes"] } })).toEqual([
      "Docker cannot limit the memory and processes of services.",
    ]);
  });

  test("of a Docker that gets no security fixes", () => {
    expect(texts({ docker: { ...docker, version: "27.5.1" } })).toEqual([
      "Docker 27 has had no security fixes since May 2025.",
    ]);
  });

  test("of builds that are not limited, unless nobody wants them to be", () => {
    expect(texts({ buildLimits: { type: "missing", why: "Baton does not run as root" } })).toEqual([
      "The memory and processes of builds are not limited: Baton does not run as root.",
    ]);
    expect(texts({ buildLimits: { type: "off" } })).toEqual([]);
  });

  test("of products that are not well", () => {
    const product = { name: "shop", status: "running", down: [], live: 1 } as const;
    const failed = { number: 2, message: "no start script" };
    const degraded = { ...product, name: "wiki", status: "degraded", down: ["web"], failed: null } as const;
    expect(texts({ products: [{ ...product, failed }, degraded] })).toEqual([
      "wiki is degraded; not healthy: web.",
      "shop #2 failed: no start script.",
    ]);
    expect(texts({ products: [{ ...product, failed: null }] })).toEqual([]);
  });

  test("of each installation whose addresses cannot be served", () => {
    const unserved = [{ name: "shop in staging", message: "the address shop.… has 260 characters" }];
    expect(systemWarnings({ ...well, unserved }, now)).toEqual([
      {
        isSerious: true,
        text: "An address of shop in staging cannot be served: the address shop.… has 260 characters.",
        whatToDo: "Everything else is served. Deploy it with a different name or domain, or delete it.",
      },
    ]);
  });

  test("of a disk that is nearly full, however large it is, and says what frees it", () => {
    const disk = { freeBytes: gibibyte, totalBytes: 4 * gibibyte };
    const usage = { imagesBytes: 0, buildCacheBytes: 3 * gibibyte };
    expect(systemWarnings({ ...well, disk, usage }, now)).toEqual([
      {
        isSerious: true,
        text: "The disk is nearly full.",
        whatToDo: "Builds and databases will fail. docker builder prune frees the build cache.",
      },
    ]);
  });

  test("of a large build cache, a Docker without BuildKit, and tokens that can be read on the way", () => {
    const usage = { imagesBytes: 0, buildCacheBytes: 30 * gibibyte };
    expect(texts({ usage, docker: { ...docker, builder: "classic" }, isReadableOnTheWay: true })).toEqual([
      "The build cache is large.",
      "This Docker has no BuildKit.",
      "Passwords and tokens are sent unencrypted.",
    ]);
  });

  test("not of what could not be found out", () => expect(texts({ disk: null, usage: null })).toEqual([]));
});
