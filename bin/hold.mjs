// npm run hold: lets requests to apps wait while Docker is restarted or upgraded: npm run hold -- systemctl restart docker

import { main } from "./set-up/console/problem.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { setUpCode } from "./set-up/steps.mjs";

await main(async () => {
  await setUpCode();
  await handOver("server/hold.js", serverEnvironment());
});
