// npm run service: installs Baton and its Caddy as systemd services, which start with the machine.
//
//   --print   shows the files that would be written and changes nothing

import { join } from "node:path";
import { main } from "./set-up/console/problem.mjs";
import { lookAtMachine } from "./set-up/machine.mjs";
import { mmdebstrap } from "./set-up/packages/debian.mjs";
import { dataFolder, root } from "./set-up/places.mjs";
import { findCaddy } from "./set-up/programs/caddy.mjs";
import { couldLiveRestore, dockerEndpoint } from "./set-up/programs/docker-endpoint.mjs";
import { installService, refuseUnlessPossible } from "./set-up/service/service-install.mjs";
import { serviceFiles, serviceGreeting } from "./set-up/service/service-units.mjs";
import { readSettings } from "./set-up/settings.mjs";
import { serverWishes, setUp } from "./set-up/steps.mjs";

const facts = { root, data: dataFolder(), node: process.execPath, env: process.env };

await main(async () => {
  if (process.argv.includes("--print")) return print();
  refuseUnlessPossible(await lookAtMachine());
  const { caddyBin } = await setUp({ ...serverWishes(), alsoNeeded: [mmdebstrap] });
  await installService(serviceFiles({ ...facts, caddy: caddyBin }));
  const { publicUrl, adminToken } = await readSettings(root);
  const hintsAtLiveRestore = await couldLiveRestore(dockerEndpoint());
  process.stdout.write(
    serviceGreeting({ dashboard: publicUrl.origin, hasOwnToken: adminToken !== null, hintsAtLiveRestore }),
  );
});

async function print() {
  const caddyFolder = serverWishes().caddyFolder;
  const caddy = (await findCaddy(caddyFolder))?.bin ?? join(caddyFolder, "caddy");
  for (const { path, mode, text } of serviceFiles({ ...facts, caddy })) {
    const shown = mode === 0o600 ? text.replace(/=.*$/gm, "=…") : text;
    process.stdout.write(`# ${path}\n${shown}\n`);
  }
}
