// npm run restore -- FILE: fills an empty BATON_DATA from an archive of `npm run backup`.

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/restore.js", serverEnvironment());
});
