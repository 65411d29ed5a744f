// npm run down: removes everything of this BATON_DATA. Asks first; `npm run down -- --yes` doesn't.

import { handOver, serverEnvironment } from "./set-up/hand-over.mjs";
import { main } from "./set-up/problem.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/down.js", serverEnvironment());
});
