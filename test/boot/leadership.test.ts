import { expect, test, vi } from "vitest";
import { keepShifts, LockedOut } from "../../server/boot/leadership.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A lock whose answers the test gives, and shifts that tell when they begin and end. */
function createScene() {
  const clock = createFakeClock();
  const told: string[] = [];
  const holds: (() => void)[] = [];
  let answer: "held" | "held-by-another" | Error = "held";
  const start = () =>
    keepShifts({
      async hold(onLost) {
        if (answer instanceof Error) throw answer;
        if (answer === "held-by-another") return answer;
        holds.push(onLost);
        return { release: async () => void told.push("released") };
      },
      async begin() {
        told.push("begun");
        return { wakeQueue() {}, wakeReconciler() {}, end: async () => void told.push("ended") };
      },
      onLockedOut: () => told.push("locked out"),
      ...{ clock, log },
    });
  return {
    ...{ clock, told, start },
    lose: () => holds.at(-1)?.(),
    answers(next: typeof answer) {
      answer = next;
    },
  };
}

test("a shift lasts as long as the lock: lost, it ends, and the next one begins when the lock is back", async () => {
  const { clock, told, start, lose, answers } = createScene();
  const shifts = await start();
  answers(new Error("the database is away"));
  lose();
  await vi.waitFor(() => expect([told, clock.sleeping]).toEqual([["begun", "ended"], 1]));
  answers("held");
  clock.advance(1_000);
  await vi.waitFor(() => expect(told).toEqual(["begun", "ended", "begun"]));
  await shifts.end();
  expect(told).toEqual(["begun", "ended", "begun", "ended", "released"]);
});

test("a server whose lock another one has by then is over, and begins nothing more", async () => {
  const { told, start, lose, answers } = createScene();
  await start();
  answers("held-by-another");
  lose();
  await vi.waitFor(() => expect(told).toEqual(["begun", "ended", "locked out"]));
});

test("a second server on one database does not begin at all", async () => {
  const { told, start, answers } = createScene();
  answers("held-by-another");
  await expect(start()).rejects.toThrow(LockedOut);
  expect(told).toEqual([]);
});
