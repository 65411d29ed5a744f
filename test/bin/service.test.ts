import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { root } from "../../bin/set-up/places.mjs";
import { serviceFiles, serviceGreeting } from "../../bin/set-up/service/service-units.mjs";

const facts = {
  root: "/opt/baton",
  data: "/var/lib/baton",
  node: "/usr/bin/node",
  caddy: "/var/lib/baton/bin/caddy",
  env: {},
};

function unit(name: string, changes: Partial<typeof facts> = {}): string {
  const files: { path: string; text: string }[] = serviceFiles({ ...facts, ...changes });
  const file = files.find(({ path }) => path.endsWith(`/${name}`));
  if (!file) throw new Error(`There is no ${name}.`);
  return file.text;
}

describe("the service", () => {
  test("starts Baton after Docker, the network and its Caddy, and stops Baton only", () => {
    const baton = unit("baton.service");
    expect(baton).toContain("After=network-online.target docker.service baton-caddy.service\n");
    expect(baton).toContain('ExecStart="/usr/bin/node" "/opt/baton/bin/start.mjs"\n');
    expect(baton).toContain("KillMode=process\n");
    expect(baton).toContain("WantedBy=multi-user.target\n");
  });

  test("starts Caddy from Baton's own file, without Baton", () => {
    const caddy = unit("baton-caddy.service");
    expect(caddy).toContain("ConditionPathExists=/var/lib/baton/caddy/caddy.json\n");
    expect(caddy).toContain(
      'ExecStart="/var/lib/baton/bin/caddy" "run" "--config" "/var/lib/baton/caddy/caddy.json" "--pidfile" "/var/lib/baton/caddy/caddy.pid"\n',
    );
    expect(caddy).not.toMatch(/(Requires|BindsTo|PartOf)=/);
  });

  test("closes what neither of the two needs", () => {
    for (const name of ["baton.service", "baton-caddy.service"]) {
      expect(unit(name)).toMatch(/NoNewPrivileges=yes\nProtectSystem=strict\n/);
      expect(unit(name)).toContain("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n");
    }
  });

  test("quotes paths the way systemd reads them", () => {
    const odd = unit("baton.service", { root: '/srv/100% "my" $HOME' });
    expect(odd).toContain('ExecStart="/usr/bin/node" "/srv/100%% \\"my\\" $$HOME/bin/start.mjs"\n');
    expect(odd).toContain('WorkingDirectory=/srv/100%% "my" $HOME\n');
    expect(odd).toContain('ReadWritePaths="/srv/100%% \\"my\\" $HOME" "/var/lib/baton" -/run/xtables.lock\n');
  });

  test("lets Baton write to the folder of its own backups, also when its disk is not there yet", () => {
    const to = (BATON_BACKUP_TO: string) => unit("baton.service", { env: { BATON_BACKUP_TO } });
    expect(to("/mnt/backups")).toContain('ReadWritePaths="/opt/baton" "/var/lib/baton" "-/mnt/backups" -/run/');
    expect(to("s3://bucket/baton")).toContain('ReadWritePaths="/opt/baton" "/var/lib/baton" -/run/');
    expect(() => to("/mnt/a\nb")).toThrow("cannot contain the path");
  });

  test("refuses a path that would end a line", () => {
    expect(() => serviceFiles({ ...facts, data: "/srv/a\nExecStartPre=/bin/evil" })).toThrow("cannot contain the path");
  });

  test("refuses a data folder whose sockets would end up elsewhere", () => {
    expect(() => serviceFiles({ ...facts, data: `/srv/${"a".repeat(100)}` })).toThrow("a shorter BATON_DATA");
  });

  test("keeps settings in a file that only root may read, and nothing but Baton's", () => {
    const env = { DATABASE_URL: 'postgres://u:p"$w@db/x', BATON_DOMAIN: "example.org", EDITOR: "vi", AWS_REGION: "x" };
    const files: { path: string; mode: number; text: string }[] = serviceFiles({ ...facts, env });
    const settings = files.at(-1);
    expect(settings).toMatchObject({ path: "/var/lib/baton/service.env", mode: 0o600 });
    expect(settings?.text).toContain('DATABASE_URL="postgres://u:p\\"\\$w@db/x"\n');
    expect(settings?.text).toContain('BATON_DOMAIN="example.org"\n');
    expect(settings?.text).toContain('AWS_REGION="x"\n');
    expect(settings?.text).not.toContain("EDITOR");
    for (const file of files.slice(0, -1)) expect(file.text).not.toContain("postgres://");
  });

  test("is shown by --print, without its secrets, and nothing is changed", { timeout: 60_000 }, async () => {
    const env = { ...process.env, BATON_DATA: "/nowhere/data", DATABASE_URL: "postgres://u:hidden@db/x" };
    const script = join(root, "bin/service.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [script, "--print"], { env });
    expect(stdout).toContain("# /etc/systemd/system/baton.service\n");
    expect(stdout).toContain("net.ipv4.tcp_migrate_req = 1\n");
    expect(stdout).toContain("DATABASE_URL=…\n");
    expect(stdout).not.toContain("hidden");
  });
});

test("a new service is announced with its address and the place of its token", () => {
  const first = serviceGreeting({
    ...{ dashboard: "https://baton.example.com", hasOwnToken: false, hintsAtLiveRestore: false },
  });
  expect(first).toContain("https://baton.example.com");
  expect(first).toMatch(/Sign in {5}npm run admin -- link.*\n.*journalctl -u baton -g baton_/);
  expect(first).not.toContain("live-restore");
  const second = serviceGreeting({ dashboard: "x", hasOwnToken: true, hintsAtLiveRestore: true });
  expect(second).toContain("BATON_ADMIN_TOKEN");
  expect(second).toContain('"live-restore": true to /etc/docker/daemon.json');
});
