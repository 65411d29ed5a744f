// The npm packages, when they are not as package-lock.json names them: enough for `npm run lint` and `npm run typecheck`.

import { main } from "./set-up/console/problem.mjs";
import { setUpPackages } from "./set-up/steps.mjs";

await main(setUpPackages);
