import { expect, test } from "vitest";
import type { ImageId } from "../../server/model/names/ids.ts";
import { parseCleaningState } from "../../server/rules/space/cleaning-state.ts";
import type { FakeImage } from "../fakes/docker/images.ts";
import { plain } from "./products.ts";
import { withLive } from "./scene.ts";

function anImage(letter: string, ...tags: readonly string[]): FakeImage {
  const info = { exposedPorts: [], user: "", volumes: [], environment: {}, hasHealthcheck: false };
  return {
    ...{ id: `sha256:${letter.repeat(64)}` as ImageId, app: {}, tags: new Set(tags) },
    info: { ...info, sizeBytes: 7_000, createdAt: new Date(0) },
  };
}

test("whoever asks for what is safe to be removed gets leftovers removed, and the versions that are kept stay", async () => {
  const { world, wrong } = await withLive(plain());
  await world.push("shop", plain({ prints: ["v2"] }));
  await world.atRest();
  const kept = [...world.docker.images.keys()];
  const [leftover, foreign] = [anImage("a"), anImage("b", "somebody/else:1")];
  for (const image of [leftover, foreign]) world.docker.images.set(image.id, image);
  await world.pass(60_000);
  expect(world.docker.images.has(leftover.id)).toBe(true);

  await world.ask((commands) => commands.freeSpace());
  await world.pass(60_000);
  expect([...world.docker.images.keys()]).toEqual([...kept, foreign.id]);
  expect(parseCleaningState(await world.store.settings.get("cleaning"))).toMatchObject({ type: "done", bytes: 7_000 });
  expect(await wrong()).toEqual([]);
});

test("a removal that Docker's absence prevents is done when Docker is back", async () => {
  const { world, wrong } = await withLive(plain());
  const leftover = anImage("a");
  world.docker.images.set(leftover.id, leftover);
  world.docker.away = true;
  await world.ask((commands) => commands.freeSpace());
  await world.pass(60_000);
  expect(world.docker.images.has(leftover.id)).toBe(true);
  world.docker.away = false;
  await world.pass(120_000);
  expect(world.docker.images.has(leftover.id)).toBe(false);
  expect(await wrong()).toEqual([]);
});
