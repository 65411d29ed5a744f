import type { BuildOutput } from "../../ports/engine/images.ts";
import { createLineSplitter, type LineSplitter } from "../containers/line-splitter.ts";
import { familiar } from "../images/registry-error.ts";
import type { BuildProgress } from "./build-progress.ts";
import { decodeTrace, type Trace, type Vertex } from "./buildkit-trace.ts";

/** A registry that can be reached answers sooner; a longer wait is worth a line in the log. */
const quietWaitMs = 3_000;

/** Steps by which the builder fetches its context; they are not in the user's Dockerfile. */
const internal = /^(?:\[internal\]|copy \/context )/;

/** Steps by which it asks a registry about an image. */
const registryStep = /^(?:\[\S+\] load metadata for|resolve image config for) (?:docker-image:\/\/)?(\S+)$/;

export function createBuildkitProgress(onOutput: (output: BuildOutput) => void): BuildProgress {
  const reported = new Set<string>();
  const failed: Vertex[] = [];
  const splitters = new Map<string, LineSplitter>();
  const waits = new Map<string, NodeJS.Timeout>();
  let built = false;

  function line(text: string): void {
    onOutput({ type: "line", text });
  }

  function flush(digest: string): void {
    for (const stream of [1, 2]) {
      splitters.get(`${digest} ${stream}`)?.flush().forEach(line);
      splitters.delete(`${digest} ${stream}`);
    }
  }

  function follow(vertex: Vertex): void {
    // A step that was stopped by an error elsewhere is not the one to blame.
    const failedItself = vertex.error !== "" && !vertex.error.endsWith("context canceled");
    if (failedItself) failed.push(vertex);
    if (vertex.started && !reported.has(vertex.digest) && (failedItself || !internal.test(vertex.name))) {
      reported.add(vertex.digest);
      onOutput({ type: "step", name: withoutDigest(vertex.name), cached: vertex.cached });
    }
  }

  /** BuildKit says nothing while a registry does not answer: with `FROM name:tag@sha256:…`, for half a minute. */
  function watchRegistry({ digest, name, started, completed }: Vertex): void {
    const reference = registryStep.exec(name)?.[1];
    if (completed) clearTimeout(waits.get(digest));
    else if (started && reference !== undefined && !waits.has(digest)) {
      waits.set(
        digest,
        setTimeout(() => line(`Waiting for the registry of ${familiar(reference)}`), quietWaitMs),
      );
    }
  }

  return {
    read(message) {
      if (message.id === "moby.image.id") built = true;
      if (message.id !== "moby.buildkit.trace" || typeof message.aux !== "string") return;
      const trace = decoded(message.aux);
      trace.vertexes.forEach(follow);
      trace.vertexes.forEach(watchRegistry);
      for (const log of trace.logs) {
        const key = `${log.vertex} ${log.stream}`;
        const splitter = splitters.get(key) ?? createLineSplitter();
        splitters.set(key, splitter);
        splitter.push(log.bytes).forEach(line);
      }
      // Logs come last, because one trace may hold both the end of a step and its last output.
      for (const vertex of trace.vertexes) if (vertex.completed) flush(vertex.digest);
    },
    end() {
      for (const wait of waits.values()) clearTimeout(wait);
      for (const splitter of splitters.values()) splitter.flush().forEach(line);
      splitters.clear();
    },
    get built() {
      return built;
    },
    stepOf(message) {
      return (failed.find((vertex) => message.includes(vertex.error)) ?? failed[0])?.name ?? null;
    },
  };
}

/** With containerd's store the base image of a step has a digest even where the Dockerfile names a tag. */
function withoutDigest(step: string): string {
  return step.replace(/( FROM \S+:[\w.-]+)@sha256:[0-9a-f]{64}/, "$1");
}

/** An unreadable trace does not fail a build: its outcome arrives as plain JSON. */
function decoded(base64: string): Trace {
  try {
    return decodeTrace(base64);
  } catch {
    return { vertexes: [], logs: [] };
  }
}
