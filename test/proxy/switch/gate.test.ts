import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createGate } from "../../../server/proxy/switch/gate.ts";

test("a gate that is closed while Baton tends it is closed, 60 times", async () => {
  const routesFolder = await mkdtemp(join(tmpdir(), "baton-gate-"));
  onTestFinished(() => rm(routesFolder, { recursive: true }));
  const [keeper, baton] = [createGate({ routesFolder, innerPort: 2 }), createGate({ routesFolder, innerPort: 2 })];
  await baton.tend(1);
  for (let time = 0; time < 60; time++) {
    await Promise.all([keeper.close(1_000), baton.tend(1), baton.tend(1)]);
    expect(await readFile(join(routesFolder, "gate/address"), "utf8")).toBe("127.0.0.1:1\n");
    await keeper.open();
  }
});
