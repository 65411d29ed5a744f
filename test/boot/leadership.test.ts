import { expect, test, vi } from "vitest";
import { LockedOut, takeLeadership } from "../../server/boot/leadership.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A lock whose answers the test decides, and work that records when it is started and stopped. */
function createScene() {
  const clock = createFakeClock();
  const told: string[] = [];
  const holds: (() => void)[] = [];
  let answer: "held" | "held-by-another" | Error = "held";
  const start = () =>
    takeLeadership({
      async lock(onLost) {
        if (answer instanceof Error) throw answer;
        if (answer === "held-by-another") return answer;
        holds.push(onLost);
        return { release: async () => void told.push("released") };
      },
      async startWork() {
        told.push("started");
        return { wakeQueue() {}, wakeReconciler() {}, stop: async () => void told.push("stopped") };
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

test("the work lasts as long as the lock: lost, it stops, and starts again when the lock is back", async () => {
  const { clock, told, start, lose, answers } = createScene();
  const leadership = await start();
  answers(new Error("the database is away"));
  lose();
  await vi.waitFor(() => expect([told, clock.sleeping]).toEqual([["started", "stopped"], 1]));
  answers("held");
  clock.advance(1_000);
  await vi.waitFor(() => expect(told).toEqual(["started", "stopped", "started"]));
  await leadership.resign();
  expect(told).toEqual(["started", "stopped", "started", "stopped", "released"]);
});

test("a server whose lock another one has by then is over, and starts nothing more", async () => {
  const { told, start, lose, answers } = createScene();
  await start();
  answers("held-by-another");
  lose();
  await vi.waitFor(() => expect(told).toEqual(["started", "stopped", "locked out"]));
});

test("a second server on one database does not start at all", async () => {
  const { told, start, answers } = createScene();
  answers("held-by-another");
  await expect(start()).rejects.toThrow(LockedOut);
  expect(told).toEqual([]);
});
