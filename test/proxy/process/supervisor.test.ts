import { afterEach, expect, test, vi } from "vitest";
import { ProxyUnavailable } from "../../../server/ports/proxy.ts";
import { createSupervisor, type SupervisorDependencies } from "../../../server/proxy/process/supervisor.ts";

afterEach(() => vi.restoreAllMocks());

/** The log lines while Caddy serves but its admin socket fails with this error in two consecutive checks. */
async function saidOf(cause: unknown, passedMs = 0): Promise<readonly string[]> {
  const said: string[] = [];
  const watching = new AbortController();
  let looks = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + (looks > 1 ? passedMs : 0));
  const restore = () => {
    looks += 1;
    if (looks > 2) watching.abort();
    return Promise.reject(new ProxyUnavailable("Caddy's admin socket does not answer.", { cause }));
  };
  const parts = {
    caddy: { find: async () => 7 },
    gate: { tend: async () => {} },
    prover: { listens: async () => true },
    configuration: { restore },
    log: (message: string) => said.push(message),
    watchPollMs: 1,
  };
  await createSupervisor(parts as unknown as SupervisorDependencies)
    .watch(watching.signal)
    .catch(() => {});
  return said;
}

const slow = new DOMException("The operation timed out.", "TimeoutError");

test.each(["ENOENT", "ECONNREFUSED"])("an admin socket with %s is gone, which is said once", async (code) => {
  expect(await saidOf(Object.assign(new Error(code), { code }))).toEqual([
    "Caddy is serving (process 7), but its admin socket is gone: restart Baton before you add hosts.",
  ]);
});

test("one that is slow to answer on a busy machine is not called gone", async () => {
  expect(await saidOf(slow)).toEqual([]);
});

test("a Caddy that has not answered for a minute is reported", async () => {
  expect(await saidOf(slow, 61_000)).toEqual([
    "Caddy is serving (process 7), but its admin socket has not responded for a minute: hosts can be added once it does.",
  ]);
});
