import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerId } from "../../model/names/ids.ts";
import { ProgramFailed, type ProgramRequest } from "../../ports/engine/container-access.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import { readFrames } from "../containers/log-frames.ts";
import type { Daemon } from "../host/daemon.ts";

/** How much of stderr is kept: its end, which says what went wrong. */
const keptErrorBytes = 8 * 1024;
/** The daemon closes the stream a moment before it knows the exit code. */
const exitTries = 50;
const exitPauseMs = 100;

/** Runs a program in a container, with its input and output as streams of any length. */
export async function* runProgram(
  daemon: Daemon,
  container: ContainerId,
  { command, environment = {}, user = null, input }: ProgramRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const body = {
    AttachStdin: input !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    Cmd: command,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...(user !== null && { User: user }),
  };
  const path = `/containers/${container}/exec`;
  const { Id: id } = await daemon.ask<{ Id: string }>({ method: "POST", path, body }, signal);
  const begin = { path: `/exec/${id}/start`, headers: { Upgrade: "tcp" }, body: { Detach: false, Tty: false } };
  const socket = await daemon.upgrade(begin, signal);
  const giveUp = () => socket.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  const feeding = feed(socket, input);
  feeding.catch(() => {});
  let errors: Buffer = Buffer.alloc(0);
  try {
    for await (const { stream, bytes } of readFrames(socket)) {
      if (stream === "stdout") yield bytes;
      else errors = Buffer.concat([errors, bytes]).subarray(-keptErrorBytes);
    }
    await feeding;
  } catch (error) {
    throw signal.aborted ? signal.reason : lost(error);
  } finally {
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
  }
  const exitCode = await exitCodeOf(daemon, id, signal);
  if (exitCode !== 0) throw new ProgramFailed(command[0] ?? "", exitCode, errors.toString("utf8").trim());
}

/** A program that ends before it has read everything is judged by its exit code, so the rest is dropped. */
async function feed(socket: Socket, input: ProgramRequest["input"]): Promise<void> {
  if (!input) return void socket.end();
  let failed: Error | null = null;
  input.on("error", (error) => {
    failed = error;
  });
  await pipeline(input, socket, { end: true }).catch(() => {});
  if (failed) throw failed;
}

function lost(error: unknown): unknown {
  const hasCode = error instanceof Error && "code" in error;
  return hasCode ? new EngineUnavailable("The connection to Docker was lost.", { cause: error }) : error;
}

async function exitCodeOf(daemon: Daemon, id: string, signal: AbortSignal): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const request = { method: "GET", path: `/exec/${id}/json` } as const;
    const { Running, ExitCode } = await daemon.ask<{ Running: boolean; ExitCode: number | null }>(request, signal);
    if (!Running && ExitCode !== null) return ExitCode;
    if (tries === exitTries) throw new EngineUnavailable("Docker does not say how a program in a container ended.");
    await delay(exitPauseMs, undefined, { signal });
  }
}
