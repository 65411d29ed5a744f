// npm run key -- rotate: encrypts all stored secrets of this BATON_DATA with a new key, also while Baton serves.

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/key.js", serverEnvironment());
});
