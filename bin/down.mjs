// npm run down: removes everything that belongs to this BATON_DATA. Asks first; `npm run down -- --yes` doesn't.

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/down.js", serverEnvironment());
});
