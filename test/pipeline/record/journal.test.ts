import { expect, it } from "vitest";
import { type EventBody, pendingStack } from "../../../server/model/deployment/event.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { createJournal } from "../../../server/pipeline/record/journal.ts";
import type { EventStore } from "../../../server/ports/store/deployments.ts";
import { aFailure } from "../../model/a-deployment.ts";

const soon = AbortSignal.timeout(10_000);

/** A clock whose sleeps end at once. */
const clock = {
  now: () => new Date(0),
  monotonicMs: () => 0,
  sleep: () => new Promise<void>((done) => setImmediate(done)),
  timeout: () => new AbortController().signal,
};

function journalOn(append: (bodies: readonly EventBody[]) => Promise<void>) {
  const events: Pick<EventStore, "append"> = { append: (_, bodies) => append(bodies) };
  return createJournal({ deployment: 1 as DeploymentId, events: events as EventStore, clock, onTrouble: () => {} });
}

it("writes in order, lines of one source together", async () => {
  const written: EventBody[] = [];
  const journal = journalOn(async (bodies) => void written.push(...bodies));
  journal.note("first");
  journal.log("build", "web", "one");
  journal.log("build", "web", "two");
  journal.log("build", "api", "three");
  await journal.flush(soon);
  expect(written).toEqual([
    { type: "note", text: "first" },
    { type: "log", source: "build", service: "web", lines: ["one", "two"] },
    { type: "log", source: "build", service: "api", lines: ["three"] },
  ]);
});

it("tells no value of a secret variable from then on, in no kind of words", async () => {
  const written: EventBody[] = [];
  const journal = journalOn(async (bodies) => void written.push(...bodies));
  journal.hide({ API_TOKEN: "canary-5f2a-canary" });
  journal.log("build", "web", "TOKEN=canary-5f2a-canary");
  journal.note("with canary-5f2a-canary");
  journal.warn("canary-5f2a-canary!");
  journal.stage("build", "canary-5f2a-canary");
  journal.event({
    ...{ type: "check", service: "web", healthy: false },
    streak: 0,
    needed: 3,
    detail: "GET /?k=canary-5f2a-canary answered 500",
  } as const);
  journal.stack({ ...pendingStack("web", 1), message: "rolled back: canary-5f2a-canary" });
  expect(journal.lastLines(1)).toEqual(["TOKEN=[hidden: API_TOKEN]"]);
  const failure = {
    ...aFailure,
    message: "canary-5f2a-canary",
    hint: "canary-5f2a-canary",
    lastLines: ["canary-5f2a-canary"],
  };
  expect(JSON.stringify(journal.withoutSecrets(failure))).not.toContain("canary");
  await journal.flush(soon);
  expect(written).toHaveLength(6);
  expect(JSON.stringify(written)).not.toContain("canary");
});

it("loses and doubles nothing when the database is away for a while", async () => {
  const written: EventBody[] = [];
  let failures = 3;
  const journal = journalOn(async (bodies) => {
    if (failures-- > 0) throw new Error("away");
    written.push(...bodies);
  });
  for (const text of ["a", "b"]) journal.note(text);
  await journal.flush(soon);
  expect(written).toEqual([
    { type: "note", text: "a" },
    { type: "note", text: "b" },
  ]);
});

it("gives up when it is closed: a deployment whose row is gone must not be written about for ever", async () => {
  let tries = 0;
  const journal = journalOn(async () => {
    tries += 1;
    throw new Error("there is no such deployment");
  });
  journal.note("nobody will read this");
  await journal.flush(AbortSignal.timeout(50));
  journal.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const atTheEnd = tries;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(tries).toBe(atTheEnd);
});
