import { link } from "../../async/linked-abort.ts";
import type { ImageId, InstanceId } from "../../model/names/ids.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import { type Engine, type EngineInfo, EngineUnavailable } from "../../ports/engine/engine.ts";
import { BuildFailed, type BuildOutput, type BuildRequest } from "../../ports/engine/images.ts";
import type { Daemon } from "../host/daemon.ts";
import { ownerLabels } from "../host/labels.ts";
import { readBuilder } from "../host/version.ts";
import { readImage } from "../images/images.ts";
import { buildFailure } from "./build-failure.ts";
import { type BuildProgress, errorOf } from "./build-progress.ts";
import { createBuildkitProgress } from "./buildkit-progress.ts";
import { createClassicProgress } from "./classic-progress.ts";
import { readMessages } from "./json-stream.ts";
import { openBuildSession } from "./session/build-session.ts";

type Builder = EngineInfo["builder"];

/** `builder` overrides the choice of the best builder that the daemon has. */
export function createBuild(parts: {
  readonly daemon: Daemon;
  readonly instance: InstanceId;
  readonly builder: Builder | undefined;
}): Engine["build"] {
  const { daemon, instance } = parts;

  return async (request, onOutput, parentSignal) => {
    try {
      using abort = link(parentSignal);
      // The stream may fail before anybody has begun to read it.
      request.context.on("error", abort.now);
      const { signal } = abort;
      const builder = parts.builder ?? (await readBuilder(daemon, signal));
      using session = builder === "buildkit" ? await openBuildSession(daemon, request.secrets ?? {}, signal) : null;
      const query = queryOf(request, instance, builder, session?.id ?? null);
      await run(daemon, request, query, createProgress(builder, onOutput), signal);
      return await builtImage(daemon, request.tag, signal);
    } catch (error) {
      // The output of a command tells why it failed; for anything else only the engine's message does.
      if (error instanceof BuildFailed && error.exitCode === null) onOutput({ type: "line", text: error.message });
      throw error;
    } finally {
      request.context.destroy();
    }
  };
}

function createProgress(builder: Builder, onOutput: (output: BuildOutput) => void): BuildProgress {
  return builder === "buildkit" ? createBuildkitProgress(onOutput) : createClassicProgress(onOutput);
}

type Query = Readonly<Record<string, string | null>>;

function queryOf(request: BuildRequest, instance: InstanceId, builder: Builder, session: string | null): Query {
  // The classic builder warns about arguments that no Dockerfile names.
  const args =
    builder === "buildkit" ? { ...request.args, BUILDKIT_CACHE_MOUNT_NS: request.cacheNamespace } : request.args;
  return {
    version: builder === "buildkit" ? "2" : "1",
    session,
    t: request.tag,
    dockerfile: request.dockerfile,
    target: request.target,
    buildargs: JSON.stringify(args),
    // No label names the deployment: the same files must give the same image, so that data services are not replaced.
    labels: JSON.stringify(ownerLabels(instance, null)),
    // Removes the classic builder's intermediate containers after each step, including one that failed.
    rm: "1",
    forcerm: "1",
  };
}

async function run(
  daemon: Daemon,
  request: BuildRequest,
  query: Query,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<void> {
  try {
    const answer = await daemon.open({ method: "POST", path: "/build", query, file: request.context }, signal);
    for await (const message of readMessages(answer)) {
      if (message === null) continue;
      const error = errorOf(message, progress);
      if (error !== null && isInterruption(error.message)) throw new EngineUnavailable("Docker abandoned the build.");
      if (error !== null) throw buildFailure(error);
      progress.read(message);
    }
  } catch (error) {
    // The classic builder refuses a Dockerfile that it cannot parse before it begins to answer.
    if (error instanceof Refusal) throw buildFailure({ message: error.message, exitCode: null, step: null });
    throw error;
  } finally {
    progress.end();
  }
  if (!progress.built) throw new EngineUnavailable("Docker's response ended before the build was finished.");
}

/** Whether the daemon is shutting down; Baton itself did not cancel the build. */
function isInterruption(message: string): boolean {
  return /(?:context canceled|transport is closing|graceful_stop)$/.test(message.trim());
}

async function builtImage(daemon: Daemon, tag: string, signal: AbortSignal): Promise<ImageId> {
  const image = await readImage(daemon, tag, signal);
  if (image === null) throw new EngineUnavailable(`Docker built an image, but has none with the tag ${tag}.`);
  return image.id;
}
