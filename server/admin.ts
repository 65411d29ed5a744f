import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BadConfig } from "./boot/bad-config.ts";
import { withStore } from "./boot/beside-server.ts";
import { type Config, readConfig } from "./boot/config.ts";
import { openDataFolder } from "./boot/process/data-folder.ts";
import { serviceEnvironment } from "./boot/process/service.ts";
import { systemClock } from "./boot/system-clock.ts";
import { machineLinksText } from "./boot/welcome/machine-links.ts";

// npm run admin -- link: prints one-time sign-in links for administrators, whether or not Baton is running.

const usage = `npm run admin -- link                          a sign-in link for each administrator, or for the first one
npm run admin -- link --email ada@example.com  for this administrator, or a new one with this address
`;

try {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: { email: { type: "string" } },
    allowPositionals: true,
  });
  if (positionals.join(" ") === "link") {
    const dataFolder = resolve(process.env.BATON_DATA || ".baton");
    const config = readConfig({ ...(await serviceEnvironment(dataFolder)), ...process.env }, process.cwd());
    process.stdout.write(`\n${await links(config, values.email ?? null)}\n`);
  } else {
    process.stderr.write(usage);
    process.exitCode = 1;
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && "code" in error;
  process.stderr.write(isUsage ? usage : `${error instanceof BadConfig ? message : `No link was made: ${message}`}\n`);
  process.exitCode = 1;
}

async function links(config: Config, email: string | null): Promise<string> {
  if (!existsSync(config.dataFolder)) throw new Error(`there is no data at ${config.dataFolder}. Start Baton first.`);
  const data = await openDataFolder(config.dataFolder);
  return withStore(config, data, (store) => machineLinksText({ store, clock: systemClock }, config.publicUrl, email));
}
