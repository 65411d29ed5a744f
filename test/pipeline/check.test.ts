import { expect, test, vi } from "vitest";
import type { EventBody } from "../../server/model/deployment/event.ts";
import { hostAddress } from "../../server/model/names/host-address.ts";
import { checkServices } from "../../server/pipeline/check.ts";
import type { RunningService } from "../../server/pipeline/containers/running-service.ts";
import type { DeploymentContext } from "../../server/pipeline/context/context.ts";
import { createDockerSilence } from "../../server/pipeline/context/docker-silence.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeEngine } from "../fakes/fake-engine.ts";
import { aService } from "../model/a-deployment.ts";
import { aContainer } from "../ports/a-container.ts";
import { sampleSpec } from "../web/samples.ts";

test("a check that does not pass says every ten seconds that it goes on, and for how long", async () => {
  const clock = createFakeClock();
  const engine = createFakeEngine();
  const container = aContainer({ startedAt: clock.now() });
  engine.containers.push(container);
  const service: RunningService = {
    stack: "shop",
    spec: aService(),
    container: container.id,
    hostAddress: hostAddress("127.0.0.2", 20_000),
    replica: 1,
    kept: false,
  };
  const prober = { http: async () => ({ type: "answered", status: 500, tookMs: 1 }), speaksTls: async () => false };
  const notes: string[] = [];
  const events: EventBody[] = [];
  const journal = {
    stage: () => {},
    note: (text: string) => void notes.push(text),
    event: (event: EventBody) => void events.push(event),
  };
  const progress = { enter: () => {}, through: () => {} };
  const context = {
    ...{ engine, clock, prober, limits: { workerUpMs: 10_000 } },
    ...{ journal, progress, silence: createDockerSilence(), signal: new AbortController().signal },
  } as unknown as DeploymentContext;

  let isOver = false;
  const checked = checkServices(context, sampleSpec("shop"), [service], null).finally(() => {
    isOver = true;
  });
  checked.catch(() => {});
  while (!isOver) {
    await vi.waitFor(() => expect(isOver || clock.sleeping > 0).toBe(true), { interval: 1 });
    clock.advance(1_000);
  }
  await expect(checked).rejects.toMatchObject({ failure: { message: "GET / kept returning 500 for 90 s" } });
  expect(events.filter(({ type }) => type === "check")).toHaveLength(1);
  expect(notes).toHaveLength(8);
  expect(notes[0]).toBe("web still returns 500; 80 s left");
  expect(notes.at(-1)).toBe("web still returns 500; 10 s left");
});
