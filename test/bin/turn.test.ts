import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { takeTurn } from "../../bin/set-up/turn.mjs";

const unexpected = () => {
  throw new Error("Nobody else is at work.");
};
const socketName = (test: string) => `\0baton-test-${process.pid}-${test}`;

test("a second set-up waits until the first is done", async () => {
  const socket = socketName("waits");
  const order: string[] = [];
  const releaseFirst = await takeTurn(unexpected, socket);
  const releaseSecond = await takeTurn(() => {
    order.push("second waits");
    setImmediate(() => {
      order.push("first is done");
      releaseFirst();
    });
  }, socket);
  order.push("second has its turn");
  releaseSecond();
  expect(order).toEqual(["second waits", "first is done", "second has its turn"]);
});

test("a set-up that was killed does not keep the next one waiting", { timeout: 60_000 }, async () => {
  const socket = socketName("killed");
  const holds = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("holds"))`;
  const holder = spawn(process.execPath, ["-e", holds], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  const release = await takeTurn(() => holder.kill("SIGKILL"), socket);
  expect(holder.killed).toBe(true);
  release();
});
