import { describe, expect, it } from "vitest";
import { BadConfig } from "../../server/boot/bad-config.ts";
import { readConfig } from "../../server/boot/config.ts";

const read = (environment: Record<string, string> = {}) => readConfig(environment, "/srv/baton");

describe("the configuration", () => {
  it("has a default for everything", () => {
    expect(read()).toMatchObject({
      dataFolder: "/srv/baton/.baton",
      listen: { host: "127.0.0.1", port: 4000 },
      domain: "localhost",
      httpPort: 8080,
      httpsPort: 8443,
      databaseUrl: null,
      maxBuilds: 4,
      buildTimeoutMs: 600_000,
      healthTimeoutMs: 90_000,
      watchMs: 10_000,
      drainTimeoutMs: 30_000,
      initTimeoutMs: 300_000,
      workerUpMs: 10_000,
      keepVersions: 5,
      buildCacheBytes: 10 * 1024 ** 3,
      buildCacheDays: 30,
      keepVersionDays: null,
      minFreeBytes: 1024 ** 3,
      logRetention: { days: 90, deployments: 500 },
      ports: { first: 20_000, last: 29_999 },
      subnets: "10.214.0.0/16",
      baseImages: "auto",
      deployHello: true,
    });
    expect(read().appsHost).toBe("127.0.0.2");
    expect(read({ BATON_LISTEN: "127.0.0.2:4000" }).appsHost).toBe("127.0.0.3");
    expect(read().publicUrl.href).toBe("http://127.0.0.1:4000/");
  });

  it("leaves the build cache alone when BATON_BUILD_CACHE is off", () => {
    expect(read({ BATON_BUILD_CACHE: "off" }).buildCacheBytes).toBeNull();
    expect(read({}).buildLimits).toEqual({ memoryBytes: "auto", processes: 4096 });
    expect(read({ BATON_BUILD_MEMORY: "2g", BATON_BUILD_PROCESSES: "off" }).buildLimits).toEqual({
      memoryBytes: 2 * 1024 ** 3,
      processes: null,
    });
    expect(read({ BATON_BUILD_CACHE: "500m" }).buildCacheBytes).toBe(500 * 1024 ** 2);
  });

  it("backs Baton itself up when a schedule says so", () => {
    expect(read().ownBackups).toMatchObject({ to: null, schedule: null, passphrase: null });
    const environment = { BATON_BACKUP_CRON: "30 2 * * *", BATON_BACKUP_KEEP: "7d", BATON_BACKUP_TO: "../kept" };
    expect(read(environment).ownBackups).toMatchObject({
      to: "/srv/kept",
      schedule: { cron: "30 2 * * *", timezone: "UTC", keep: { daily: 7, weekly: 0 } },
    });
    expect(read({ BATON_BACKUP_TO: "s3://bucket/baton" }).ownBackups.to).toBe("s3://bucket/baton");
  });

  it("serves any other domain on the usual ports", () => {
    expect(read({ BATON_DOMAIN: "apps.example.com" })).toMatchObject({ httpPort: 80, httpsPort: 443 });
  });

  it.each([
    [
      "BATON_BUILD_MEMORY",
      "1m",
      'BATON_BUILD_MEMORY must be a size of at least 64m such as 2g, auto, or off (got "1m")',
    ],
    ["BATON_BUILD_PROCESSES", "3", 'BATON_BUILD_PROCESSES must be a whole number from 32 to 4194304, or off (got "3")'],
    ["BATON_BUILD_HOST_PORTS", "22-80", 'BATON_BUILD_HOST_PORTS must be ports such as 3128,5000, or all (got "22-80")'],
    ["BATON_KEEP_LOGS", "0", 'BATON_KEEP_LOGS must be a whole number of at least 1, or off (got "0")'],
    ["BATON_BUILD_CACHE", "0", 'BATON_BUILD_CACHE must be a size such as 500m, 10g or 1t, or off (got "0")'],
    ["BATON_MAX_BUILDS", "many", 'BATON_MAX_BUILDS must be a whole number from 1 to 64 (got "many")'],
    ["BATON_BUILD_TIMEOUT", "10", 'BATON_BUILD_TIMEOUT must be a duration such as 500ms, 90s, 10m or 1h (got "10")'],
    ["BATON_LISTEN", "4000", 'BATON_LISTEN must be an address with a port, such as 127.0.0.1:4000 (got "4000")'],
    [
      "BATON_GITHUB_API",
      "http://github.example.com/api/v3",
      'BATON_GITHUB_API must be an https URL, or an http URL on loopback (got "http://github.example.com/api/v3")',
    ],
    ["BATON_GITHUB_API", "github", "BATON_GITHUB_API must be the URL of a GitHub API"],
    ["BATON_BACKUP_CRON", "daily", 'BATON_BACKUP_CRON and BATON_BACKUP_TIMEZONE: "daily" is not a schedule'],
    ["BATON_BACKUP_TIMEZONE", "Berlin", '"Berlin" is not a time zone'],
    ["BATON_BACKUP_KEEP", "7", "BATON_BACKUP_KEEP must be counts of hours, days, weeks and months"],
    ["BATON_HELLO", "yes", 'BATON_HELLO must be 0 or 1 (got "yes")'],
    ["BATON_SUBNETS", "10.0.0.0/30", "BATON_SUBNETS must be an IPv4 network from /8 to /27"],
    ["BATON_PORTS", "80-90", "BATON_PORTS must be a range of at least 10 ports"],
    ["BATON_DOMAIN", "{env.HOME}", "BATON_DOMAIN must be a domain name in lower case"],
    ["BATON_PUBLIC_URL", "ftp://x", "BATON_PUBLIC_URL must be a URL without a path"],
  ])("refuses %s=%s in one sentence", (name, value, sentence) => {
    expect(() => read({ [name]: value })).toThrow(sentence);
  });

  it("does not repeat a token that it refuses", () => {
    const tooShort = "hunter2";
    try {
      read({ BATON_ADMIN_TOKEN: tooShort });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadConfig);
      expect(String(error)).toContain("BATON_ADMIN_TOKEN");
      expect(String(error)).not.toContain(tooShort);
    }
  });

  it("wants to know the public URL when others can reach it", () => {
    expect(() => read({ BATON_LISTEN: "0.0.0.0:4000" })).toThrow("BATON_PUBLIC_URL");
    const url = "https://baton.example.com";
    expect(read({ BATON_LISTEN: "0.0.0.0:4000", BATON_PUBLIC_URL: url }).publicUrl.origin).toBe(url);
  });
});
