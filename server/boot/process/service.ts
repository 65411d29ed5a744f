import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** What `npm run service` has installed for a data folder. */
export interface Service {
  /** Ends Baton so that systemd does not start it again. */
  stop(): Promise<void>;
  /** Takes both units away, and the setting of the kernel that came with them. */
  remove(): Promise<void>;
}

const [batonUnit, caddyUnit, kernelSetting] = ["baton.service", "baton-caddy.service", "60-baton.conf"];

/**
 * Null: there is none, or it belongs to another data folder. `within` and `systemctl` are for tests. How the units read
 * is decided in bin/set-up/service/service-units.mjs.
 */
export async function findService(
  dataFolder: string,
  { within = "/etc", systemctl = "systemctl" }: { readonly within?: string; readonly systemctl?: string } = {},
): Promise<Service | null> {
  const units = join(within, "systemd/system");
  const unit = await readFile(join(units, batonUnit), "utf8").catch(() => "");
  const [, environment] = /^EnvironmentFile=(.*)$/m.exec(unit) ?? [];
  // systemd's own signs begin with a percent sign.
  if (environment?.replaceAll("%%", "%") !== environmentFile(dataFolder)) return null;
  const run = (...args: readonly string[]) => promisify(execFile)(systemctl, args);

  return {
    async stop() {
      await run("stop", batonUnit);
    },
    async remove() {
      await run("disable", "--now", batonUnit, caddyUnit);
      for (const name of [batonUnit, caddyUnit]) await rm(join(units, name), { force: true });
      await rm(join(within, "sysctl.d", kernelSetting), { force: true });
      await run("daemon-reload");
    },
  };
}

/** What the service is told, such as DATABASE_URL: the shell of whoever removes it need not have it. */
export async function serviceEnvironment(dataFolder: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(environmentFile(dataFolder), "utf8").catch(() => "");
  const lines = [...text.matchAll(/^(\w+)="((?:[^"\\]|\\.)*)"$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value.replace(/\\(.)/g, "$1")]));
}

const environmentFile = (dataFolder: string) => join(dataFolder, "service.env");
