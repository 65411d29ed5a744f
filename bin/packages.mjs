// Installs the npm packages unless they match package-lock.json. `npm run lint` and `npm run typecheck` need no more.

import { main } from "./set-up/console/problem.mjs";
import { setUpPackages } from "./set-up/steps.mjs";

await main(setUpPackages);
