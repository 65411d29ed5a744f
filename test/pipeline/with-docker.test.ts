import { describe, expect, it, vi } from "vitest";
import type { DeploymentContext } from "../../server/pipeline/context/context.ts";
import { createDockerSilence } from "../../server/pipeline/context/docker-silence.ts";
import { withDocker } from "../../server/pipeline/with-docker.ts";
import { EngineUnavailable } from "../../server/ports/engine/engine.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeEngine } from "../fakes/fake-engine.ts";

function scene() {
  const clock = createFakeClock();
  const engine = createFakeEngine();
  const cancel = new AbortController();
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const journal = { warn: say, note: say };
  const silence = createDockerSilence();
  const context = { clock, engine, journal, silence, signal: cancel.signal } as unknown as DeploymentContext;
  return { clock, engine, cancel, said, run: <T>(make: () => Promise<T>) => withDocker(context, make) };
}

const away = () => new EngineUnavailable("connect ECONNREFUSED");

describe("what needs Docker before anything that runs is touched", () => {
  it("waits while Docker is unreachable, asks less and less often, and starts again", async () => {
    const { clock, engine, said, run } = scene();
    engine.away = true;
    let begun = 0;
    const made = run(async () => {
      begun += 1;
      if (engine.away) throw away();
      return "made";
    });
    const asked = vi.spyOn(engine, "info");
    for (let minute = 0; minute < 20; minute++) {
      await vi.waitFor(() => expect(clock.sleeping).toBe(1));
      clock.advance(30_000);
    }
    await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(15));
    expect(begun).toBe(1);
    engine.away = false;
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    clock.advance(30_000);
    expect(await made).toBe("made");
    expect(said).toEqual([
      "Docker is not responding (connect ECONNREFUSED); waiting for it",
      "Docker is back; starting over",
    ]);
  });

  it("is over at once when it is cancelled while it waits", async () => {
    const { clock, engine, cancel, run } = scene();
    engine.away = true;
    const made = run(() => Promise.reject(away()));
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    cancel.abort(new Error("cancelled"));
    await expect(made).rejects.toThrow("cancelled");
  });

  it("fails in the end where Docker answers, and is away again each time", async () => {
    const { clock, run } = scene();
    let begun = 0;
    const made = run(() => {
      begun += 1;
      return Promise.reject(away());
    });
    made.catch(() => {});
    for (let times = 0; times < 3; times++) {
      await vi.waitFor(() => expect([begun, clock.sleeping]).toEqual([times + 1, 1]));
      clock.advance(1_000);
    }
    await expect(made).rejects.toThrow("ECONNREFUSED");
    expect(begun).toBe(4);
  });

  it("fails with any other error at once", async () => {
    const { run } = scene();
    await expect(run(() => Promise.reject(new Error("no such file")))).rejects.toThrow("no such file");
  });
});
