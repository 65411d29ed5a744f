import { expect, it } from "vitest";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { createMachineWatch } from "../../../server/reconciler/machines/machine-watch.ts";
import { createFakeMachines } from "../../fakes/cluster/fake-machines.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";

const signal = new AbortController().signal;

/** A log whose methods need the log, as pino's do. */
class LogOfLines {
  readonly lines: string[] = [];
  debug = () => {};
  error = () => {};
  info(_: object, message: string) {
    this.lines.push(`info: ${message}`);
  }
  warn(_: object, message: string) {
    this.lines.push(`warn: ${message}`);
  }
}

async function watched() {
  const clock = createFakeClock();
  const [store, machines, log] = [createFakeStore(clock), createFakeMachines(clock), new LogOfLines()];
  const watch = createMachineWatch({ store, machines, clock, log });
  /** Lets the watch look again. */
  const look = async (seconds: number) => {
    clock.advance(seconds * 1_000);
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, store, machines, log, watch, look };
}

it("a machine is remembered as lost since it was, and as back", async () => {
  const { clock, store, machines, log, watch, look } = await watched();
  watch.start();
  await look(0);
  await machines.start({ address: "10.0.0.1", pool: "10.215.0.0/16" }, signal);
  await machines.join("two", await machines.joinToken(signal));
  await look(30);
  expect(await store.machines.list()).toHaveLength(2);
  machines.cutOff("two");
  const lostAt = clock.now();
  await look(5);
  expect((await store.machines.list()).find(({ name }) => name === "two")).toMatchObject({
    state: "lost",
    since: lostAt,
  });
  machines.connect("two");
  await look(5);
  await watch.stop();
  const about = log.lines.filter((line) => line.includes("two"));
  expect(about).toEqual([
    "info: the machine two is in the cluster",
    `warn: the machine two is lost since ${lostAt.toISOString()}`,
    "info: the machine two is back",
  ]);
});

it("is not forgotten while Docker does not answer, which is logged once", async () => {
  const { store, machines, log, watch, look } = await watched();
  await machines.start({ address: "10.0.0.1", pool: "10.215.0.0/16" }, signal);
  watch.start();
  await look(0);
  machines.fail(new EngineUnavailable("gone"));
  await look(5);
  await look(5);
  expect(await store.machines.list()).toHaveLength(1);
  machines.fail(null);
  await look(5);
  await machines.end(signal);
  await look(5);
  await watch.stop();
  expect(await store.machines.list()).toEqual([]);
  expect(log.lines.filter((line) => line.startsWith("warn"))).toEqual([
    "warn: looking at the machines failed; it will be retried",
  ]);
});
