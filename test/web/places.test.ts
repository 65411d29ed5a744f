import { expect, test } from "vitest";
import { createPlaces } from "../../server/web/places.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

function world() {
  const clock = createFakeClock();
  return { clock, places: createPlaces({ clock, perPeer: 2, total: 3, waitMs: 1_000 }) };
}

test("a peer has no more places than are meant for one, and others have theirs", async () => {
  const { clock, places } = world();
  expect(await places.take("a")).not.toBeNull();
  expect(await places.take("a")).not.toBeNull();
  const third = places.take("a");
  expect(await places.take("b")).not.toBeNull();
  clock.advance(1_000);
  expect(await third).toBeNull();
});

test("a place that is given back goes to whoever waited longest and may have it, and only once", async () => {
  const { clock, places } = world();
  const first = await places.take("a");
  await places.take("a");
  await places.take("b");
  const taken: string[] = [];
  const waiting = ["a", "c"].map((peer) => places.take(peer).then((place) => taken.push(place ? peer : "late")));
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  await waiting[0];
  expect(taken).toEqual(["a"]);
  clock.advance(1_000);
  await waiting[1];
  expect(taken).toEqual(["a", "late"]);
});
