import { posix } from "node:path";
import type { HostAddress } from "../../../server/model/names/host-address.ts";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type {
  ContainerRequest,
  ContainerState,
  Death,
  EngineEvent,
  ListeningPort,
  LogLine,
} from "../../../server/ports/engine/containers.ts";
import type { FakeClock } from "../fake-clock.ts";
import type { Answer, App } from "./app.ts";

/** The outcome of a request to its port. */
export type Reply =
  | { readonly type: "answered"; readonly status: number }
  | { readonly type: "hangs" | "garbage" | "closed" }
  /** The container ended while it was answering. */
  | { readonly type: "cut" };

export interface FakeContainer {
  readonly id: ContainerId;
  readonly request: ContainerRequest;
  readonly app: App;
  readonly lines: readonly LogLine[];
  state(): ContainerState;
  readonly isRunning: boolean;
  start(): void;
  /** Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once, as if it had exited. */
  die(code: number, outOfMemory?: boolean): void;
  /** Stops it together with its daemon. */
  halt(): void;
  /** Runs it again when its daemon is back, if it was running and nobody had stopped it. */
  comeBack(): void;
  /** Cancels everything that it would still do. */
  remove(): void;
  /** Calls the listener when it prints, and when a run of it ends. */
  onChange(listener: () => void): () => void;
  listens(): ListeningPort | null;
  serve(): Promise<Reply>;
}

const firstBackoffMs = 100;
const longestBackoffMs = 60_000;
/** After a run of this length the restart delay begins again from the start. */
const steadyMs = 10_000;
const sigkill = 137;
const sigterm = 143;

export function createFakeContainer(given: {
  readonly clock: FakeClock;
  readonly id: ContainerId;
  readonly request: ContainerRequest;
  readonly app: App;
  readonly hasHealthcheck: boolean;
  readonly imageVolumes: readonly string[];
  readonly ownAddress: HostAddress | null;
  /** The content of a folder, which may be a volume. */
  readonly folder: (path: string) => Map<string, string>;
  readonly emit: (event: EngineEvent) => void;
}): FakeContainer {
  const { clock, id, request, app, emit } = given;
  const lines: LogLine[] = [];
  const listeners = new Set<() => void>();
  const pending = new Set<() => void>();
  let status: ContainerState["status"] = "created";
  let healthcheck: ContainerState["healthcheck"] = null;
  let exitCode = 0;
  let outOfMemory = false;
  let restartCount = 0;
  let deaths: readonly Death[] = [];
  let backoffMs = firstBackoffMs;
  let startedAt: Date | null = null;
  let beganMs = 0;
  let restarts = false;
  let wasRunning = false;
  let lives = 0;
  let requests = 0;

  /** What stays the same between inspections, because scenarios make many. */
  const fixed = {
    ...{ id, name: request.name, owner: request.owner, service: request.service, kind: request.kind, error: "" },
    replica: request.replica ?? 1,
    hostAddress: request.publish?.hostAddress ?? null,
    memoryLimitBytes: request.limits.memoryBytes,
    stopGraceMs: Math.ceil(request.stopGraceMs / 1000) * 1000,
    keepsData: request.mounts.some((mount) => mount.type === "volume" && !mount.readOnly),
    ownVolumes: [
      ...request.mounts.flatMap((mount) => (mount.type === "anonymous" ? [mount.path] : [])),
      ...given.imageVolumes.filter((path) => !request.mounts.some((mount) => mount.path === path)),
    ],
  };

  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const emitEvent = (type: EngineEvent["type"], code: number | null = null) =>
    emit({ type, container: id, owner: request.owner, service: request.service, exitCode: code });
  const later = (ms: number, run: () => void) => {
    const callOff = clock.after(ms, () => {
      pending.delete(callOff);
      run();
    });
    pending.add(callOff);
  };
  const callOffAll = () => {
    for (const callOff of pending) callOff();
    pending.clear();
  };

  const print = (text: string) => void lines.push({ stream: "stdout", at: clock.now(), text });
  const fileAt = (path: string) => {
    const folder = given.folder(posix.dirname(path));
    const name = posix.basename(path);
    return { get: () => folder.get(name), set: (content: string) => void folder.set(name, content) };
  };

  function begin(): void {
    const exits = app.exits ?? [];
    const exit = exits[Math.min(lives, exits.length - 1)] ?? null;
    lives += 1;
    status = "running";
    exitCode = 0;
    outOfMemory = false;
    startedAt = clock.now();
    beganMs = clock.monotonicMs();
    healthcheck = given.hasHealthcheck ? "starting" : null;
    emitEvent("start");
    for (const text of app.prints ?? []) print(text);
    for (const [path, content] of Object.entries(app.writes ?? {})) fileAt(path).set(content);
    for (const path of app.shows ?? []) print(`${path}: ${fileAt(path).get() ?? "nothing"}`);
    if (exit) later(exit.afterMs, () => end(exit.code, exit.outOfMemory ?? false));
    if (given.hasHealthcheck) {
      later(app.healthcheck?.afterMs ?? 1_000, () => {
        healthcheck = app.healthcheck?.status ?? "healthy";
        emitEvent("health");
      });
    }
    changed();
  }

  function end(code: number, byOutOfMemory = false, wasAsked = false): void {
    if (status !== "running") return;
    if (!wasAsked) deaths = [...deaths, { at: clock.now(), exitCode: code, outOfMemory: byOutOfMemory }];
    callOffAll();
    status = "exited";
    exitCode = code;
    outOfMemory = byOutOfMemory;
    if (byOutOfMemory) emitEvent("oom");
    emitEvent("die", code);
    if (restarts) {
      if (clock.monotonicMs() - beganMs >= steadyMs) backoffMs = firstBackoffMs;
      status = "restarting";
      restartCount += 1;
      later(backoffMs, begin);
      backoffMs = Math.min(longestBackoffMs, 2 * backoffMs);
    }
    changed();
  }

  function listens(): ListeningPort | null {
    const port = app.port === undefined ? Number(request.environment.PORT ?? request.publish?.containerPort) : app.port;
    if (status !== "running" || port === null || Number.isNaN(port)) return null;
    if (clock.monotonicMs() - beganMs < (app.listensAfterMs ?? 0)) return null;
    return { port, loopbackOnly: app.loopbackOnly ?? false };
  }

  function nextAnswer(): Answer {
    if (app.breaksAfterMs !== undefined && clock.monotonicMs() - beganMs >= app.breaksAfterMs) return 500;
    const answers = app.answers ?? [200];
    const answer = answers[Math.min(requests, answers.length - 1)] ?? 200;
    requests += 1;
    return answer;
  }

  return {
    id,
    request,
    app,
    lines,
    get isRunning() {
      return status === "running";
    },
    state: () => {
      const healthcheckOutput = healthcheck === "unhealthy" ? (app.healthcheck?.output ?? "") : "";
      const ownAddress = status === "running" ? given.ownAddress : null;
      const now = {
        ownAddress,
        status,
        exitCode,
        outOfMemory,
        restartCount,
        deaths,
        startedAt,
        healthcheck,
        healthcheckOutput,
      };
      return Object.assign(now, fixed);
    },
    start() {
      restarts = request.kind !== "init";
      if (status === "running" || status === "restarting") return;
      restartCount = 0;
      backoffMs = firstBackoffMs;
      begin();
    },
    async stop(graceMs) {
      restarts = false;
      if (status === "restarting") {
        callOffAll();
        status = "exited";
        changed();
      }
      if (status !== "running") return;
      const ended = new Promise<void>((resolve) => {
        const forget = this.onChange(() => {
          if (status === "running") return;
          forget();
          resolve();
        });
      });
      const needsMs = app.ignoresSigterm ? Number.POSITIVE_INFINITY : (app.stopsAfterMs ?? 0);
      if (needsMs <= graceMs) later(needsMs, () => end(sigterm, false, true));
      else later(graceMs, () => end(sigkill, false, true));
      await ended;
    },
    die: (code, byOutOfMemory) => end(code, byOutOfMemory),
    halt() {
      const goesOn = restarts;
      wasRunning = status === "running" || status === "restarting";
      restarts = false;
      callOffAll();
      if (status === "restarting") status = "exited";
      end(sigterm);
      restarts = goesOn;
    },
    comeBack() {
      if (wasRunning && restarts && status === "exited") begin();
      wasRunning = false;
    },
    remove() {
      restarts = false;
      end(sigkill);
      callOffAll();
      status = "dead";
      emitEvent("destroy");
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    listens,
    async serve() {
      const life = lives;
      const answer = nextAnswer();
      if (answer === "hang") return { type: "hangs" };
      if (app.answersAfterMs) await clock.sleep(app.answersAfterMs, new AbortController().signal);
      if (status !== "running" || lives !== life) return { type: "cut" };
      if (answer === "garbage") return { type: "garbage" };
      return answer === "close" ? { type: "closed" } : { type: "answered", status: answer };
    },
  };
}
