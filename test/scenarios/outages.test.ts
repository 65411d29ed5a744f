import { expect, test } from "vitest";
import { failpointNames } from "../../server/pipeline/work.ts";
import { type Outage, goesAway } from "./outages.ts";
import { grown, plain } from "./products.ts";
import { withLive } from "./scene.ts";

test("explore", async () => {
  for (const what of ["Docker", "the database", "Caddy"] as Outage[]) for (const forMs of [20_000, 400_000]) for (const name of failpointNames) {
    const { world, first, users, end, wrong } = await withLive(grown());
    goesAway(world, what, `failpoint.${name}`, forMs);
    let line = `${what} away for ${forMs} at ${name}: `;
    try {
      const id = await world.push("shop", grown({}, { prints: ["2"] }));
      const d = await end(id);
      line += d.status + (d.status === "failed" ? ` ${d.failure.stage} ${d.failure.message}` : "") + " users " + users.answered + " wrong " + JSON.stringify(await wrong());
    } catch (e) { line += String(e).slice(0, 600); }
    console.log(line);
  }
}, 600_000);
