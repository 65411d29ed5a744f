import { expect, test, vi } from "vitest";
import { createFairSemaphore } from "../../../server/web/access/fair-semaphore.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";

function world() {
  const clock = createFakeClock();
  return { clock, places: createFairSemaphore({ clock, perPeer: 2, total: 3, waitMs: 1_000, patienceMs: 400 }) };
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
  const waiting = ["c", "d"].map((peer) => places.take(peer).then((place) => taken.push(place ? peer : "late")));
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  await waiting[0];
  expect(taken).toEqual(["c"]);
  clock.advance(1_000);
  await waiting[1];
  expect(taken).toEqual(["c", "late"]);
});

test("whoever has held a place for long is asked to leave it, but only for somebody who waits", async () => {
  const { clock, places } = world();
  const [first, second, other] = [await places.take("a"), await places.take("a"), await places.take("b")];
  clock.advance(300);
  const waiting = places.take("c");
  expect([first, second, other].map((place) => place?.signal.aborted)).toEqual([false, false, false]);
  clock.advance(100);
  await vi.waitFor(() => expect(first?.signal.aborted).toBe(true));
  expect([second, other].map((place) => place?.signal.aborted)).toEqual([false, false]);
  first?.[Symbol.dispose]();
  const late = await waiting;
  expect(late).not.toBeNull();
  clock.advance(400);
  expect([second, other, late].map((place) => place?.signal.aborted)).toEqual([false, false, false]);
});

test("a peer that has its share waits for its own places, whoever else has held one for longer", async () => {
  const { clock, places } = world();
  const [other, first] = [await places.take("b"), await places.take("a")];
  await places.take("a");
  const waiting = places.take("a");
  clock.advance(400);
  await vi.waitFor(() => expect(first?.signal.aborted).toBe(true));
  expect(other?.signal.aborted).toBe(false);
  first?.[Symbol.dispose]();
  expect(await waiting).not.toBeNull();
});

test("of those who wait, the one who has the fewest places comes first", async () => {
  const { places } = world();
  const [first] = [await places.take("a"), await places.take("a"), await places.take("b")];
  const taken: string[] = [];
  for (const peer of ["b", "b", "c"]) void places.take(peer).then((place) => place && taken.push(peer));
  first?.[Symbol.dispose]();
  await vi.waitFor(() => expect(taken).toEqual(["c"]));
});
