import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDockerEngine } from "../../../server/docker/docker-engine.ts";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";

const instance = "known000" as InstanceId;
const never = new AbortController().signal;

/** A daemon with some containers, which counts how often it is asked. */
let daemon: Awaited<ReturnType<typeof startDaemon>>;
let engine: Engine;
let closing: AbortController;
beforeEach(async () => {
  daemon = await startDaemon();
  closing = new AbortController();
  engine = createDockerEngine({ instance, socket: `unix://${daemon.socket}`, closing: closing.signal });
});
afterEach(async () => {
  closing.abort(new Error("the test is over"));
  await daemon.stop();
});

const statuses = async () => (await engine.listContainers({ all: true }, never)).map(({ status }) => status);

test("containers are inspected once, however often they are listed", async () => {
  const first = await engine.listContainers({ all: true }, never);
  expect(first.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(await engine.listContainers({ all: true }, never)).toBe(first);
  expect([daemon.asked("/containers/json"), daemon.asked("/containers/a/json"), daemon.asked("/events")]).toEqual([
    1, 1, 1,
  ]);
});

test("a container that an event names is inspected again, and no other", async () => {
  await statuses();
  daemon.containers.set("a", "exited");
  daemon.tell("a", "die");
  await vi.waitFor(async () => expect(await statuses()).toEqual(["running", "exited"]));
  daemon.containers.delete("b");
  daemon.tell("b", "destroy");
  daemon.containers.set("c", "running");
  daemon.tell("c", "create");
  await vi.waitFor(async () => expect(await statuses()).toEqual(["running", "exited"]));
  expect([daemon.asked("/containers/a/json"), daemon.asked("/containers/json")]).toEqual([2, 1]);
});

test("the health checks of a container are no reason to inspect it", async () => {
  await statuses();
  daemon.tell("a", "exec_start: /bin/true");
  daemon.tell("b", "health_status: healthy");
  await vi.waitFor(async () => {
    await statuses();
    expect(daemon.asked("/containers/b/json")).toBe(2);
  });
  expect(daemon.asked("/containers/a/json")).toBe(1);
});

test("what is listed after an event is as new as the event, whichever reader heard of it", async () => {
  await statuses();
  const events = engine.events(closing.signal)[Symbol.asyncIterator]();
  const next = events.next();
  await vi.waitFor(() => expect(daemon.asked("/events")).toBe(2));
  daemon.containers.set("a", "exited");
  daemon.tell("a", "die");
  expect((await next).value).toMatchObject({ type: "die", container: "a" });
  expect(await statuses()).toEqual(["running", "exited"]);
});

test("a first list that fails is tried again", async () => {
  daemon.fails.add("/containers/json");
  await expect(statuses()).rejects.toThrow("try later");
  daemon.fails.clear();
  expect(await statuses()).toEqual(["running", "running"]);
});

test("when the daemon has been away, everything is read again", async () => {
  await statuses();
  daemon.containers.set("a", "exited");
  daemon.cutEvents();
  await vi.waitFor(async () => expect(await statuses()).toEqual(["running", "exited"]));
  expect(daemon.asked("/events")).toBe(2);
});

async function startDaemon() {
  const folder = await mkdtemp(join(tmpdir(), "baton-daemon-"));
  const socket = join(folder, "docker.sock");
  const containers = new Map([
    ["a", "running"],
    ["b", "running"],
  ]);
  const calls = new Map<string, number>();
  const fails = new Set<string>();
  let events: ServerResponse | null = null;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://docker").pathname.replace(/^\/v[\d.]+/, "");
    calls.set(path, (calls.get(path) ?? 0) + 1);
    response.setHeader("Content-Type", "application/json");
    if (fails.has(path)) return void response.writeHead(500).end(JSON.stringify({ message: "try later" }));
    if (path === "/events") {
      response.flushHeaders();
      events = response;
      return;
    }
    const id = /^\/containers\/(\w)\/json$/.exec(path)?.[1] ?? "";
    const state = containers.get(id);
    const listed = [...containers].reverse().map(([Id, State]) => ({ Id, State, Status: "Up 3 days" }));
    const known = bodyOf(path) ?? (path === "/containers/json" ? listed : state && inspection(id, state));
    response.writeHead(known ? 200 : 404).end(JSON.stringify(known ?? { message: "no such container" }));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    socket,
    containers,
    fails,
    asked: (path: string) => calls.get(path) ?? 0,
    /** Only the last reader of events hears it. */
    tell: (id: string, action: string) =>
      void events?.write(`${JSON.stringify({ Action: action, Actor: { ID: id, Attributes: labels } })}\n`),
    cutEvents: () => void events?.destroy(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

const owner = { "baton.product": "1", "baton.installation": "2", "baton.deployment": "3" };
const labels = { ...owner, "baton.instance": instance, "baton.service": "web", "baton.kind": "web" };

function inspection(id: string, status: string) {
  return {
    Id: id,
    Name: `/${id}`,
    RestartCount: 0,
    State: { Status: status, ExitCode: 0, OOMKilled: false, Error: "", StartedAt: "2026-11-01T12:00:00Z" },
    HostConfig: { PortBindings: {}, Memory: 0, Mounts: [] },
    NetworkSettings: { Networks: {}, Ports: {} },
    Config: { Labels: labels },
    Mounts: [],
  };
}

const bodyOf = (path: string) =>
  path === "/version" || path === "/_ping"
    ? { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12", Os: "linux" }
    : null;
