import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { report, startTraffic } from "../support/traffic.ts";

const answered = (startMs: number, endMs: number, version: number) => ({ startMs, endMs, version, failure: null });

test("an old answer to a question that began after a new answer is noticed", () => {
  const late = answered(30, 40, 1);
  expect(report([answered(0, 10, 1), answered(12, 20, 2), late]).wentBack).toEqual([late]);
});

test("an old answer to a question that was under way at the switch is nothing to worry about", () => {
  expect(report([answered(0, 50, 1), answered(10, 20, 2), answered(21, 60, 2)]).wentBack).toEqual([]);
});

test.each(["new", "kept"] as const)("a connection that is cut is a failure (%s connections)", async (connections) => {
  let requests = 0;
  const server = createServer((request, answer) => {
    requests += 1;
    if (requests === 5) request.socket.destroy();
    else if (requests === 7) answer.writeHead(502).end();
    else answer.end(requests < 10 ? "v1" : "v2");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const traffic = startTraffic({ httpPort: port, product: "any", connections, workers: 1, pauseMs: 1 });
  await traffic.sees(2);
  const { failures, versions } = await traffic.stop();
  await new Promise((resolve) => server.close(resolve));
  expect(failures.map(({ failure }) => failure)).toEqual(["ECONNRESET", "status 502"]);
  expect(versions).toEqual([1, 2]);
});
