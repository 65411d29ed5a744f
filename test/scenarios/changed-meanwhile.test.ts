import { expect, test } from "vitest";
import { plain } from "./products.ts";
import { withLive } from "./scene.ts";

test.each(["built", "started", "checked", "before-switch"])(
  "variables that are set while a deployment is at %s are for the next one",
  async (name) => {
    const { world, end, wrong } = await withLive(plain());
    const { installation } = await world.product("shop");
    const set = (value: string) => world.store.installations.changeVariables(installation.id, { GREETING: value }, []);
    await set("before");
    world.faults.before(`failpoint.${name}`, () => set("after"));
    const id = await world.push("shop", plain({ prints: ["v2"] }));
    expect(await end(id)).toMatchObject({ status: "ready", spec: { variables: { GREETING: "before" } } });
    const [container] = [...world.docker.containers.values()].filter(({ request }) => request.owner.deployment === id);
    expect(container?.request.environment).toMatchObject({ GREETING: "before" });
    const following = await world.push("shop", plain({ prints: ["v3"] }));
    expect(await end(following)).toMatchObject({ spec: { variables: { GREETING: "after" } } });
    expect(await wrong()).toEqual([]);
  },
);
