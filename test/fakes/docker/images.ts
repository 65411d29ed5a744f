import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { extract } from "tar-stream";
import type { ImageId } from "../../../server/model/names/ids.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import { BuildFailed, type BuildRequest, type ImageInfo, PullFailed } from "../../../server/ports/engine/images.ts";
import type { FakeClock } from "../fake-clock.ts";
import { type App, behaviourFile } from "./app.ts";

export interface FakeImage {
  readonly id: ImageId;
  readonly app: App;
  readonly tags: Set<string>;
  readonly info: Omit<ImageInfo, "id" | "tags">;
}

/** The image that a registry has under a reference. */
export interface Published {
  readonly app?: App;
  readonly exposes?: number;
  readonly volumes?: readonly string[];
  readonly takesMs?: number;
  /** Whether the registry requires credentials for it. */
  readonly isPrivate?: boolean;
}

type ImagePort = Pick<
  Engine,
  | "build"
  | "pull"
  | "importImage"
  | "inspectImage"
  | "tagImage"
  | "listImages"
  | "removeTag"
  | "removeUntagged"
  | "pruneBuildCache"
>;

export interface FakeImages extends ImagePort {
  readonly images: Map<ImageId, FakeImage>;
  /** By reference; an image that is missing here cannot be pulled. */
  readonly registry: Map<string, Published>;
  /** Prefixes of references whose registry does not answer. */
  readonly unreachable: Set<string>;
  /** The part of the build cache that no build uses. `onFreed` gets what a removal has freed of it. */
  readonly cache: { unusedBytes: number; onFreed: (bytes: number) => void };
  readonly builds: { current: number; most: number; begun: number; aborted: number };
}

/** An image's id depends on its content, so the same context gives the same image. */
export function createFakeImages(given: {
  readonly clock: FakeClock;
  readonly instance: string;
  readonly isUsed: (image: ImageId) => boolean;
}): FakeImages {
  const { clock, isUsed } = given;
  const ours = `baton-${given.instance}/`;
  const images = new Map<ImageId, FakeImage>();
  const registry = new Map<string, Published>();
  const unreachable = new Set<string>();
  const cache = { unusedBytes: 0, onFreed: (_bytes: number) => {} };
  const builds = { current: 0, most: 0, begun: 0, aborted: 0 };

  const find = (reference: string) =>
    images.get(reference as ImageId) ?? [...images.values()].find(({ tags }) => tags.has(withTag(reference)));
  const infoOf = ({ id, tags, info }: FakeImage): ImageInfo => ({ ...info, id, tags: [...tags].sort() });

  function tag(id: ImageId, reference: string): void {
    const image = images.get(id);
    if (!image) throw new Error(`No such image: ${id}`);
    for (const other of images.values()) other.tags.delete(withTag(reference));
    image.tags.add(withTag(reference));
  }

  function add(content: unknown, app: App, info: Partial<FakeImage["info"]>): ImageId {
    const id = `sha256:${createHash("sha256").update(JSON.stringify(content)).digest("hex")}` as ImageId;
    if (!images.has(id)) {
      images.set(id, { id, app, tags: new Set(), info: { ...plainInfo, createdAt: clock.now(), ...info } });
    }
    return id;
  }

  function untag(reference: string): void {
    const image = find(reference);
    if (!image || (image.tags.size === 1 && isUsed(image.id))) return;
    image.tags.delete(withTag(reference));
    if (image.tags.size === 0) images.delete(image.id);
  }

  async function buildImage(
    request: BuildRequest,
    onOutput: Parameters<Engine["build"]>[1],
    signal: AbortSignal,
  ): Promise<ImageId> {
    const files = await filesIn(request.context);
    signal.throwIfAborted();
    const dockerfile = files.get(request.dockerfile)?.toString("utf8");
    if (dockerfile === undefined)
      throw new BuildFailed(`Cannot locate specified Dockerfile: ${request.dockerfile}`, {});
    const app = JSON.parse(files.get(behaviourFile)?.toString("utf8") ?? "{}") as App;
    const { takesMs = 0, prints = [], fails, missingBase } = app.build ?? {};
    if (missingBase !== undefined) {
      throw new BuildFailed(`${missingBase}: not found`, { missingBase });
    }
    const instructions = dockerfile.split("\n").filter((line) => /^[A-Z]+ /.test(line));
    for (const [index, line] of instructions.entries()) {
      onOutput({ type: "step", name: `[${index + 1}/${instructions.length}] ${line}`, cached: false });
    }
    for (const text of prints) onOutput({ type: "line", text });
    if (takesMs > 0) await clock.sleep(takesMs, signal);
    if (fails) throw new BuildFailed(`The command '${fails.step}' returned a non-zero code: ${fails.exitCode}`, fails);
    const content = [...files].map(([path, bytes]) => [path, bytes.toString("base64")]);
    const id = add([content, request.dockerfile, request.target, request.args], app, readDockerfile(dockerfile));
    tag(id, request.tag);
    return id;
  }

  return {
    images,
    registry,
    unreachable,
    builds,
    cache,
    async build(request, onOutput, signal) {
      signal.throwIfAborted();
      builds.begun += 1;
      builds.current += 1;
      builds.most = Math.max(builds.most, builds.current);
      try {
        return await buildImage(request, onOutput, signal);
      } catch (error) {
        if (signal.aborted) builds.aborted += 1;
        throw error;
      } finally {
        builds.current -= 1;
      }
    },
    async pull(reference, onOutput, signal) {
      const published = registry.get(reference);
      onOutput({ type: "step", name: `Pulling from ${reference}`, cached: false });
      if (published?.takesMs) await clock.sleep(published.takesMs, signal);
      if ([...unreachable].some((start) => reference.startsWith(start))) {
        throw new PullFailed(`${reference} could not be pulled: no registry responded.`, "unreachable");
      }
      if (!published) throw new PullFailed(`${reference} could not be pulled: there is no such image.`, "missing");
      if (published.isPrivate) {
        throw new PullFailed(`${reference} could not be pulled: it requires credentials.`, "denied");
      }
      const { app = {}, exposes, volumes = [] } = published;
      const exposedPorts = exposes === undefined ? [] : [{ port: exposes, protocol: "tcp" as const }];
      const id = add([reference, published], app, { exposedPorts, volumes });
      tag(id, reference);
      return id;
    },
    async importImage(tar, reference, changes, signal) {
      const files = await filesIn(tar);
      signal.throwIfAborted();
      const id = add([[...files.keys()], changes], {}, readDockerfile(changes.join("\n")));
      tag(id, reference);
      return id;
    },
    async inspectImage(reference) {
      const image = find(reference);
      return image ? infoOf(image) : null;
    },
    async tagImage(id, reference) {
      tag(id, reference);
    },
    async listImages() {
      return [...images.values()].flatMap((image) => {
        const tags = [...image.tags].filter((name) => name.startsWith(ours)).sort();
        return tags.length > 0 ? [{ ...infoOf(image), tags }] : [];
      });
    },
    async removeTag(reference) {
      if (!reference.startsWith(ours)) throw new Error(`${reference} is not a tag of this Baton's (${ours}…).`);
      const left = [...(find(reference)?.tags ?? [])].filter((name) => name !== withTag(reference));
      untag(reference);
      if (left.every((name) => name.startsWith("baton/"))) for (const name of left) untag(name);
    },
    async removeUntagged(id) {
      const image = images.get(id);
      if (image && image.tags.size === 0 && !isUsed(id)) images.delete(id);
    },
    async pruneBuildCache({ keepBytes }) {
      const freed = Math.max(0, cache.unusedBytes - keepBytes);
      cache.unusedBytes -= freed;
      cache.onFreed(freed);
      return freed;
    },
  };
}

const plainInfo = {
  exposedPorts: [],
  user: "",
  volumes: [],
  environment: {},
  sizeBytes: 10_000_000,
  hasHealthcheck: false,
};

function withTag(reference: string): string {
  return /:[^/]+$/.test(reference) ? reference : `${reference}:latest`;
}

/** Reads the parts of a Dockerfile that an inspection returns. */
function readDockerfile(text: string): Partial<FakeImage["info"]> {
  const all = (instruction: string) =>
    [...text.matchAll(new RegExp(`^${instruction}\\s+(.+)$`, "gm"))].map((match) => match[1] ?? "");
  return {
    exposedPorts: all("EXPOSE").map((port) => ({ port: Number.parseInt(port, 10), protocol: "tcp" as const })),
    user: all("USER").at(-1) ?? "",
    volumes: all("VOLUME").flatMap((paths) => (paths.startsWith("[") ? (JSON.parse(paths) as string[]) : [paths])),
    environment: Object.fromEntries(all("ENV").map((line) => line.split("=", 2) as [string, string])),
    hasHealthcheck: all("HEALTHCHECK").some((line) => line !== "NONE"),
  };
}

export async function filesIn(tar: Readable): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = extract();
  tar.on("error", (error) => entries.destroy(error));
  tar.pipe(entries as unknown as NodeJS.WritableStream);
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type === "file") files.set(entry.header.name, Buffer.concat(chunks));
  }
  return files;
}
