// npm run admin -- link: prints one-time sign-in links for administrators of this BATON_DATA, also while Baton serves.

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/admin.js", serverEnvironment());
});
