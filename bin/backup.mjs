// npm run backup: writes everything that this BATON_DATA keeps into one archive, also while Baton serves.

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/backup.js", serverEnvironment());
});
