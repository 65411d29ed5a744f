// npm run upgrade: brings this checkout and its Baton to the newest release, and back again if that does not work.
//   npm run upgrade -- v1.2.0   to this release
//
// The new version is fetched, its packages installed and its code compiled while the old one serves. Then Baton is
// stopped for some seconds, while the apps are served by Caddy: its database is copied, and the new version started. If
// that is not healthy within a minute, the old version is started again, with the copy of the database.

import { createPrinter } from "./set-up/console/print.mjs";
import { main } from "./set-up/console/problem.mjs";
import { setUpCode } from "./set-up/steps.mjs";
import { findBaton } from "./upgrade/baton.mjs";
import { openCheckout } from "./upgrade/checkout.mjs";
import { databaseCopy } from "./upgrade/database-copy.mjs";
import { chooseRelease, readWish } from "./upgrade/releases.mjs";
import { upgrade } from "./upgrade/upgrade.mjs";

await main(async () => {
  const wish = readWish(process.argv.slice(2));
  const checkout = await openCheckout();
  await setUpCode();
  // All of this version's code is loaded here, before its files are replaced.
  const baton = await findBaton();
  const copy = await databaseCopy(baton);
  const { step } = createPrinter();
  await step("Releases", async (announce) => {
    announce("fetching");
    await checkout.fetch();
    return { did: "fetched" };
  });
  const release = chooseRelease(await checkout.tags(), checkout.version, wish);
  if (release === null) {
    process.stdout.write(`\nBaton ${checkout.version} is the newest release.\n`);
    return;
  }
  process.exitCode = await upgrade({ checkout, baton, copy, step, release });
});
