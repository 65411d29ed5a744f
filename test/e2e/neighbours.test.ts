import { expect, test } from "vitest";
import { startBaton } from "./harness.ts";
import { useWorkshop } from "./workshop.ts";

const { sampleApp } = useWorkshop();

test("two Batons on one Docker daemon: taking one down leaves all of the other", async () => {
  const left = await startBaton();
  const right = await startBaton();
  let leftIsThere = true;
  try {
    const app = await sampleApp("static");
    for (const baton of [left, right]) {
      const push = await app.push(baton.remote("site")).done;
      expect(push.code, push.text).toBe(0);
    }
    const ofRight = await right.inDocker();
    expect(ofRight).not.toEqual([]);

    leftIsThere = false;
    await left.down();

    expect(await right.inDocker()).toEqual(ofRight);
    expect((await right.ask("site", "/")).status).toBe(200);
  } finally {
    if (leftIsThere) await left.down();
    await right.down();
  }
});
