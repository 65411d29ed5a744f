import type { Prober } from "../../../server/ports/prober.ts";
import type { FakeDocker } from "../docker/fake-docker.ts";
import type { FakeClock } from "../fake-clock.ts";

/** Probes the addresses that the fake Docker publishes at this moment of the virtual time. */
export function createFakeProber(docker: FakeDocker, clock: FakeClock): Prober {
  return {
    async http({ address, timeoutMs }, signal) {
      signal.throwIfAborted();
      const container = docker.at(address);
      if (!container) return { type: "closed", detail: "connection refused" };
      const listening = container.listens();
      if (listening?.port !== container.request.publish?.containerPort || listening?.loopbackOnly) {
        return { type: "closed", detail: "the connection was closed without a response" };
      }
      const tookMs = container.app.answersAfterMs ?? 0;
      if (tookMs > timeoutMs) {
        await clock.sleep(timeoutMs, signal);
        return { type: "timeout" };
      }
      const reply = await container.serve();
      signal.throwIfAborted();
      switch (reply.type) {
        case "answered":
          return { type: "answered", status: reply.status, tookMs };
        case "garbage":
          return { type: "garbled", detail: "Parse Error: Expected HTTP/" };
        case "hangs":
          await clock.sleep(timeoutMs, signal);
          return { type: "timeout" };
        case "closed":
        case "cut":
          return { type: "closed", detail: "the connection was closed without a response" };
      }
    },
    async tcp(address, holdMs, _timeoutMs, signal) {
      signal.throwIfAborted();
      const container = docker.at(address);
      if (!container) return { type: "closed", detail: "connection refused" };
      if (container.listens()?.port !== container.request.publish?.containerPort) {
        return { type: "closed", detail: "the connection was closed at once" };
      }
      await clock.sleep(holdMs, signal);
      const isStillThere = docker.at(address) === container && container.listens() !== null;
      return isStillThere
        ? { type: "open", tookMs: holdMs }
        : { type: "closed", detail: "the connection was closed at once" };
    },
    speaksTls: async () => false,
    isFree: async (address) => !docker.occupied.has(address) && docker.at(address) === null,
  };
}
