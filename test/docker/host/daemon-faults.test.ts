import { afterEach, describe, expect, test, vi } from "vitest";
import { createDockerEngine } from "../../../server/docker/docker-engine.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { ContainerId, InstanceId } from "../../../server/model/names/ids.ts";
import { type Engine, EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { BuildFailed } from "../../../server/ports/engine/images.ts";
import { eventually } from "../eventually.ts";
import { contextOf } from "../tiny-image.ts";
import { docker20, type Handler, speaking, standIn } from "./stand-in-daemon.ts";

const never = new AbortController().signal;
const id = "c".repeat(64) as ContainerId;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) await close();
});

/** An engine whose daemon is this handler; `open` counts the connections that it still has. */
async function engineOn(handler: Handler): Promise<{ engine: Engine; open: () => Promise<number> }> {
  const daemon = await standIn(handler);
  closers.push(async () => daemon[Symbol.asyncDispose]());
  return { engine: engineFor(daemon.socket), open: daemon.open };
}

/** Answers the question for its version as Docker 20.10 does, and everything else as the handler does. */
const speaks = (handler: Handler) => speaking(() => docker20, handler);

function engineFor(socket: string): Engine {
  return createDockerEngine({ instance: "test0000" as InstanceId, socket, builder: "classic" });
}

function build(engine: Engine, signal = never, lines: string[] = []) {
  const request = {
    context: contextOf({ Dockerfile: "FROM scratch" }),
    dockerfile: "Dockerfile",
    tag: "baton-test0000/app:1",
    target: null,
    args: {},
    owner: null,
    cacheNamespace: "x",
  };
  return engine.build(request, (output) => output.type === "line" && lines.push(output.text), signal);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("a daemon that is not there", () => {
  test("is unavailable", async () => {
    const engine = engineFor("unix:///nowhere/docker.sock");
    await expect(engine.info(never)).rejects.toBeInstanceOf(EngineUnavailable);
    await expect(engine.inspectContainer(id, never)).rejects.toBeInstanceOf(EngineUnavailable);
    await expect(build(engine)).rejects.toBeInstanceOf(EngineUnavailable);
    await expect(all(engine.events(never))).rejects.toBeInstanceOf(EngineUnavailable);
    expect(await engine.listeningPorts(id)).toBeNull();
  });

  test("and a DOCKER_HOST that cannot be used is named", () => {
    expect(() => engineFor("ssh://somewhere")).toThrow('DOCKER_HOST is "ssh://somewhere"; accepted are');
  });
});

describe("a daemon that hangs", () => {
  test.each([
    ["info", 5_000, (engine: Engine) => engine.info(never)],
    ["inspect", 30_000, (engine: Engine) => engine.inspectContainer(id, never)],
    ["list", 30_000, (engine: Engine) => engine.listNetworks(never)],
  ])("is unavailable when %s has waited %i ms", async (name, limitMs, call) => {
    let hear = () => {};
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const { engine, open } = await engineOn(name === "info" ? () => hear() : speaks(() => hear()));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answer = call(engine).catch((error) => error);
    await heard;
    vi.advanceTimersByTime(limitMs - 1);
    expect(await Promise.race([answer, "waiting"])).toBe("waiting");
    vi.advanceTimersByTime(1);
    expect(await answer).toBeInstanceOf(EngineUnavailable);
    vi.useRealTimers();
    await eventually(async () => expect(await open()).toBe(0));
  });

  test("lets go at once when the call is aborted, with the signal's reason", async () => {
    const abort = new AbortController();
    const reason = new Error("cancelled");
    const { engine, open } = await engineOn(speaks(() => abort.abort(reason)));
    await expect(engine.inspectContainer(id, abort.signal)).rejects.toBe(reason);
    await expect(engine.inspectContainer(id, abort.signal)).rejects.toBe(reason);
    await expect(all(engine.logs(id, { follow: true, tail: null, timestamps: false }, abort.signal))).resolves.toEqual(
      [],
    );
    await eventually(async () => expect(await open()).toBe(0));
  });
});

describe("an answer that breaks off", () => {
  const half = speaks((request, response) => {
    request.resume();
    response.writeHead(200, { "Content-Length": 1000 });
    response.write('{"stream":"Step 1/1 : FROM x"}\n{"stream":"\\n"}\n', () => response.destroy());
  });

  test("is unavailable, at once, for a short question", async () => {
    const { engine } = await engineOn(half);
    await expect(engine.listNetworks(never)).rejects.toBeInstanceOf(EngineUnavailable);
  });

  test("is unavailable, for a build", async () => {
    const { engine } = await engineOn(half);
    await expect(build(engine)).rejects.toBeInstanceOf(EngineUnavailable);
  });

  test("is unavailable, too, when it ends in good order but says nothing of an image", async () => {
    const { engine } = await engineOn(
      speaks((request, response) => {
        request.resume();
        response.end('{"stream":"Step 1/1 : FROM x"}\n{"stream":"\\n"}\n');
      }),
    );
    await expect(build(engine)).rejects.toThrow(/response ended/);
    await expect(engine.pull("x:1", () => {}, never)).rejects.toBeInstanceOf(EngineUnavailable);
  });

  test("ends the events, and the logs with an error", async () => {
    const { engine } = await engineOn(half);
    expect(await all(engine.events(never))).toEqual([]);
    const frame = Buffer.from([1, 0, 0, 0, 0, 0, 0, 3, 0x61, 0x62, 0x0a]);
    const { engine: other } = await engineOn(
      speaks((_, response) => {
        response.writeHead(200, { "Content-Length": 1000 });
        response.write(frame, () => response.destroy());
      }),
    );
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of other.logs(id, { follow: true, tail: null, timestamps: false }, never))
        seen.push(line.text);
    })();
    await expect(reading).rejects.toBeInstanceOf(EngineUnavailable);
    expect(seen).toEqual(["ab"]);
  });
});

test("an error that comes with status 200 is an error", async () => {
  const { engine } = await engineOn(
    speaks((request, response) => {
      request.resume();
      const message = "The command '/bin/sh -c false' returned a non-zero code: 1";
      response.end(`${JSON.stringify({ errorDetail: { code: 1, message }, error: message })}\r\n`);
    }),
  );
  const failure = await build(engine).catch((error) => error);
  expect(failure).toBeInstanceOf(BuildFailed);
  expect(failure).toMatchObject({ step: "false", exitCode: 1 });
});

test("a build that the daemon gives up, because it shuts down, has not failed", async () => {
  const { engine } = await engineOn(
    speaks((request, response) => {
      request.resume();
      response.end(
        '{"error":"failed to solve: context canceled","errorDetail":{"message":"failed to solve: context canceled"}}\n',
      );
    }),
  );
  await expect(build(engine)).rejects.toBeInstanceOf(EngineUnavailable);
});

test("leaving a log early closes its connection", async () => {
  const { engine, open } = await engineOn(
    speaks((_, response) => {
      response.writeHead(200);
      response.write(Buffer.from([1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0x0a]));
    }),
  );
  for await (const line of engine.logs(id, { follow: true, tail: null, timestamps: false }, never)) {
    expect(line).toEqual({ stream: "stdout", at: null, text: "a" });
    break;
  }
  await eventually(async () => expect(await open()).toBe(0));
});

test("a container's environment is sent in the request's body, not in its URL", async () => {
  const urls: string[] = [];
  const { engine } = await engineOn(
    speaks((request, response) => {
      urls.push(request.url ?? "");
      request.resume();
      response.writeHead(201, { "Content-Type": "application/json" });
      response.end('{"Id":"made"}');
    }),
  );
  const owner = { product: 1, installation: 1, deployment: 1 } as never;
  const limits = { memoryBytes: 1, pids: 1, cpus: null };
  const request = { name: "n", owner, service: "s", kind: "web", image: "i", command: null, network: "w" } as const;
  const environment = { PASSWORD: "hunter2" };
  await engine.createContainer(
    {
      ...request,
      image: "i" as never,
      environment,
      sharesNetwork: false,
      publish: null,
      limits,
      stopGraceMs: 1,
      options: plainContainer,
      mounts: [],
    },
    never,
  );
  expect(urls).toEqual(["/v1.41/containers/create?name=n"]);
});
