import { test } from "vitest";
import { measurePath, number, startWith } from "./scale/measure-path.ts";
import { createSamples, report } from "./support/figures.ts";

/** The home page of a server with ten times as many products as `scale` has, and its first look after the start. */

const products = 10 * number("BATON_BENCH_PRODUCTS", 1_000);

test("home with ten thousand products", { timeout: 3_600_000 }, async () => {
  const { add, samples } = createSamples();
  await using team = await startWith(products);
  add("start, ms", team.startedMs);
  const paths = ["/", "/?view=cards", "/?q=app-7"];
  for (const path of paths) {
    const name = `home${path.slice(1)} of ${products} products, ms`;
    const firstMs = await measurePath(team, path, (tookMs) => add(name, tookMs));
    if (path === "/") add(`first look at ${products} products, ms of the request`, firstMs);
  }
  await report("home", samples);
});
