// npm start: installs and starts what Baton needs, compiles it and serves until Ctrl-C.
//
//   --set-up-only   stops before serving
//   --watch         for development: compiles and restarts the server on every save

import { main } from "./set-up/console/problem.mjs";
import { watch } from "./set-up/console/watch.mjs";
import { handOver, serverEnvironment } from "./set-up/service/hand-over.mjs";
import { serverWishes, setUp } from "./set-up/steps.mjs";

await main(async () => {
  const { caddyBin } = await setUp(serverWishes());
  if (process.argv.includes("--set-up-only")) return;
  const environment = serverEnvironment({ caddyBin });
  if (process.argv.includes("--watch")) return watch(environment);
  await handOver("server/main.js", environment);
});
