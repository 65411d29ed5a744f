import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The systemd service that `npm run service` installed for a data folder. */
export interface Service {
  /** Stops Baton so that systemd does not restart it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Removes both units, and the kernel setting that was installed with them. */
  remove(): Promise<void>;
}

const [batonUnit, caddyUnit, kernelSetting] = ["baton.service", "baton-caddy.service", "60-baton.conf"];

/**
 * Null if there is no service or it belongs to another data folder. `within` and `systemctl` are for tests. The text of
 * the units is decided in bin/set-up/service/service-units.mjs.
 */
export async function findService(
  dataFolder: string,
  { within = "/etc", systemctl = "systemctl" }: { readonly within?: string; readonly systemctl?: string } = {},
): Promise<Service | null> {
  const units = join(within, "systemd/system");
  const unit = await readFile(join(units, batonUnit), "utf8").catch(() => "");
  const [, environment] = /^EnvironmentFile=(.*)$/m.exec(unit) ?? [];
  // A percent sign starts a specifier in systemd's units, so it is doubled there.
  if (environment?.replaceAll("%%", "%") !== environmentFile(dataFolder)) return null;
  const run = (...args: readonly string[]) => promisify(execFile)(systemctl, args);

  return {
    async stop() {
      await run("stop", batonUnit);
    },
    async start() {
      await run("start", batonUnit);
    },
    async remove() {
      await run("disable", "--now", batonUnit, caddyUnit);
      for (const name of [batonUnit, caddyUnit]) await rm(join(units, name), { force: true });
      await rm(join(within, "sysctl.d", kernelSetting), { force: true });
      await run("daemon-reload");
    },
  };
}

/** The service's environment, such as DATABASE_URL, which the shell that removes the service may lack. */
export async function serviceEnvironment(dataFolder: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(environmentFile(dataFolder), "utf8").catch(() => "");
  const lines = [...text.matchAll(/^(\w+)="((?:[^"\\]|\\.)*)"$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value.replace(/\\(.)/g, "$1")]));
}

const environmentFile = (dataFolder: string) => join(dataFolder, "service.env");
