import { beforeEach, describe, expect, test, vi } from "vitest";
import type { EventBody } from "../../../server/model/deployment/event.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { DeploymentDeleted, followDeployment, untilOver } from "../../../server/web/streams/follow-deployment.ts";
import { eventPages, followEvents } from "../../../server/web/streams/follow-events.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let id: DeploymentId;
const { signal } = new AbortController();
beforeEach(async () => {
  world = await createWorld();
  const { installation } = await world.samples.product("shop");
  ({ id } = world.samples.queued(installation));
});

const note = (text: string): EventBody => ({ type: "note", text });
const say = (...texts: string[]) => world.store.events.append(id, texts.map(note));
const sayMuch = (count: number) => say(...Array.from({ length: count }, (_, index) => String(index)));
const cancel = () => world.store.deployments.requestCancel(id, world.clock.now());
const batchSizes = async (until?: number) => {
  const sizes: number[] = [];
  for await (const page of eventPages(world.store, id, until === undefined ? {} : { until })) sizes.push(page.length);
  return sizes;
};

/** The events until the stream is over, and how it ended. */
async function hear(after = 0) {
  const events = followDeployment(world.needs, id, signal, after);
  const seqs: number[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return { seqs, end: next.value.status };
    seqs.push(next.value.seq);
  }
}

describe("the events of a deployment", () => {
  test("are read in batches, and no further than is asked for", async () => {
    expect(await batchSizes()).toEqual([0]);
    await sayMuch(1_100);
    expect(await batchSizes()).toEqual([500, 500, 100]);
    expect(await batchSizes(1_000)).toEqual([500, 500, 0]);
    expect(await batchSizes(7)).toEqual([7]);
  });

  test("are followed each once, however many, until the deployment is over", async () => {
    await sayMuch(1_100);
    const heard = hear();
    await say("later");
    await cancel();
    const { seqs, end } = await heard;
    expect(end).toBe("stopped");
    expect(seqs.slice(0, 1_102)).toEqual(Array.from({ length: 1_102 }, (_, index) => index + 1));
  });

  test("that nobody announced are found after a while", async () => {
    world.store.events.subscribe = () => () => {};
    const heard = hear();
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    await cancel();
    world.clock.advance(2_000);
    expect((await heard).end).toBe("stopped");
  });

  test("end at once for whoever has heard all of them", async () => {
    await cancel();
    const { seqs } = await hear();
    expect((await hear(seqs.at(-1))).end).toBe("stopped");
    expect((await untilOver(world.needs, id, signal)).status).toBe("stopped");
  });

  test("end with the deployment, when it is deleted while it is followed", async () => {
    const heard = hear();
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    world.store.rows.deployments.delete(id);
    world.clock.advance(2_000);
    await expect(heard).rejects.toThrow(DeploymentDeleted);
  });

  test("leave no subscription behind, whoever stops listening", async () => {
    const unsubscribe = vi.fn();
    const follow = { after: 0, idleMs: 1_000, signal, subscribe: () => unsubscribe };
    for await (const batch of followEvents(world.needs, id, follow)) if (batch !== "idle") break;
    expect(unsubscribe).toHaveBeenCalledOnce();
  });
});
