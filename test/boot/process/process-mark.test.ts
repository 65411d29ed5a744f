import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { thisProcess } from "../../../server/boot/process/process-mark.ts";

const us = await thisProcess();

test("a process knows another one of this machine for as long as that runs", async () => {
  const child = spawn("sleep", ["1000"]);
  const { mark } = await thisProcess(child.pid);
  expect(await us.judge(mark)).toBe("alive");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await us.judge(mark)).toBe("dead");
});

test("a pid that belongs to another process by now is not the one that had it", async () => {
  const [host, pid] = (await thisProcess(1)).mark.split(" ");
  expect(await us.judge(`${host} ${pid} 99999999999`)).toBe("dead");
});

test("its own mark is that of a connection that it has lost", async () => {
  expect(await us.judge(us.mark)).toBe("dead");
});

test.each(["0123456789abcdef 1 1", "", "baton", "unknown 1 1"])(
  "nothing is known of a process marked %j",
  async (mark) => {
    expect(await us.judge(mark)).toBe("unknown");
  },
);

test("a mark fits into the name of a session", () => {
  expect(us.mark.length).toBeLessThanOrEqual(45);
});
