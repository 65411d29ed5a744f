import { expect, test, vi } from "vitest";
import { LockedOut, takeLeadership } from "../../server/boot/leadership.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A lock whose answers the test decides, and work that records when it is started and stopped. */
function createScene() {
  const clock = createFakeClock();
  const happened: string[] = [];
  const holds: (() => void)[] = [];
  let answer: "held" | "held-by-another" | Error = "held";
  const start = () =>
    takeLeadership({
      async lock(onLost) {
        if (answer instanceof Error) throw answer;
        if (answer === "held-by-another") return answer;
        holds.push(onLost);
        return { release: async () => void happened.push("released") };
      },
      async startWork() {
        happened.push("started");
        return {
          wakeQueue() {},
          wakeReconciler() {},
          wakeBackups() {},
          stop: async () => void happened.push("stopped"),
        };
      },
      onLockedOut: () => happened.push("locked out"),
      ...{ clock, log },
    });
  return {
    ...{ clock, happened, start },
    lose: () => holds.at(-1)?.(),
    answers(next: typeof answer) {
      answer = next;
    },
  };
}

test("the work stops when the lock is lost, and starts again when the lock is back", async () => {
  const { clock, happened, start, lose, answers } = createScene();
  const leadership = await start();
  answers(new Error("the database is away"));
  lose();
  await vi.waitFor(() => expect([happened, clock.sleeping]).toEqual([["started", "stopped"], 1]));
  answers("held");
  clock.advance(1_000);
  await vi.waitFor(() => expect(happened).toEqual(["started", "stopped", "started"]));
  await leadership.resign();
  expect(happened).toEqual(["started", "stopped", "started", "stopped", "released"]);
});

test("a server whose lock another server has taken ends, and starts nothing more", async () => {
  const { happened, start, lose, answers } = createScene();
  await start();
  answers("held-by-another");
  lose();
  await vi.waitFor(() => expect(happened).toEqual(["started", "stopped", "locked out"]));
});

test("a second server on one database does not start at all", async () => {
  const { happened, start, answers } = createScene();
  answers("held-by-another");
  await expect(start()).rejects.toThrow(LockedOut);
  expect(happened).toEqual([]);
});
