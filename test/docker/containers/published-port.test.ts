import { expect, onTestFinished, test } from "vitest";
import { createDockerEngine } from "../../../server/docker/docker-engine.ts";
import type { ContainerId, InstanceId } from "../../../server/model/names/ids.ts";
import { PortTaken } from "../../../server/ports/engine/containers.ts";
import { docker29, speaking, standIn } from "../host/stand-in-daemon.ts";

const never = new AbortController().signal;
const labels = {
  "baton.instance": "test0000",
  ...{ "baton.product": "1", "baton.installation": "2", "baton.deployment": "3" },
  ...{ "baton.service": "web", "baton.kind": "web" },
};
const bound = { "3000/tcp": [{ HostIp: "127.0.0.2", HostPort: "20000" }] };
const connected = { net: { IPAddress: "10.214.0.2" } };

/** Starts a container on a daemon that accepts the start, and then shows this; resolves with what it was asked for. */
async function startOn(shown: { state?: object; ports?: object; networks?: object; wanted?: object }) {
  const container = {
    ...{ Id: "c1", Name: "/web", Image: "sha256:1", RestartCount: 0, Mounts: [], Config: { Labels: labels } },
    State: { Status: "running", Running: true, StartedAt: "2026-11-29T23:00:00Z", ...shown.state },
    HostConfig: { RestartPolicy: { Name: "unless-stopped" }, PortBindings: shown.wanted ?? bound },
    NetworkSettings: { Networks: shown.networks ?? connected, Ports: shown.ports ?? {} },
  };
  const asked: string[] = [];
  const daemon = await standIn(
    speaking(
      () => docker29,
      (request, response) => {
        asked.push(`${request.method} ${request.url?.replace("/v1.55/containers/c1", "")}`);
        request.resume();
        if (request.method === "GET") response.end(JSON.stringify(container));
        else response.writeHead(204).end();
      },
    ),
  );
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const engine = createDockerEngine({ instance: "test0000" as InstanceId, socket: daemon.socket });
  const failure = await engine.startContainer("c1" as ContainerId, never).catch((error) => error);
  return { asked, failure };
}

test("a container that runs without the port it was to publish is stopped, and the port is taken", async () => {
  const { asked, failure } = await startOn({});
  expect(failure).toBeInstanceOf(PortTaken);
  expect(failure.message).toContain("127.0.0.2:20000");
  expect(asked.slice(-3)).toEqual(["GET /json", "POST /update", "POST /stop?t=0"]);
  const empty = await startOn({ ports: { "3000/tcp": null } });
  expect(empty.failure).toBeInstanceOf(PortTaken);
});

test.each([
  ["it is published", { ports: bound }],
  ["it has ended already", { state: { Status: "exited", Running: false } }],
  ["it is being restarted", { state: { Status: "restarting", Running: true, Restarting: true } }],
  ["it is connected to nothing", { networks: {} }],
  ["it was to publish nothing", { wanted: {} }],
])("a container is left alone when %s", async (_, shown) => {
  const { asked, failure } = await startOn(shown);
  expect(failure).toBeUndefined();
  expect(asked.filter((line) => line.includes("stop"))).toEqual([]);
});
