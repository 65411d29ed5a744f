import type Docker from "dockerode";
import type { ImageId, InstanceId } from "../../model/names/ids.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import { type Engine, EngineUnavailable } from "../../ports/engine/engine.ts";
import type { ImageInfo } from "../../ports/engine/images.ts";
import { errorIn, readMessages } from "../build/json-stream.ts";
import { type Daemon, ifThere } from "../host/daemon.ts";
import { instanceLabel, isOf } from "../host/labels.ts";

/**
 * The prefix of the names by which users' Dockerfiles refer to local base images; every Baton on a daemon uses the
 * same.
 */
const sharedByAll = "baton/";

type Images = Pick<Engine, "importImage" | "inspectImage" | "tagImage" | "listImages" | "removeTag" | "removeUntagged">;

export function createImages({ daemon, instance }: { daemon: Daemon; instance: InstanceId }): Images {
  const ours = `baton-${instance}/`;

  async function untag(reference: string, signal: AbortSignal): Promise<void> {
    try {
      await daemon.ask({ method: "DELETE", path: `/images/${reference}` }, signal);
    } catch (error) {
      const goneOrInUse = error instanceof Refusal && (error.status === 404 || error.status === 409);
      if (!goneOrInUse) throw error;
    }
  }

  return {
    async importImage(tar, reference, changes, signal) {
      const [repo, tag] = splitTag(reference);
      const query = { fromSrc: "-", repo, tag, changes: [...changes, `LABEL ${instanceLabel}=${instance}`] };
      const answer = await daemon.open({ method: "POST", path: "/images/create", query, file: tar }, signal);
      let id: string | null = null;
      for await (const message of readMessages(answer)) {
        const error = message && errorIn(message);
        if (error !== null) throw new Error(`The image ${reference} could not be created: ${error}`);
        if (message?.status?.startsWith("sha256:")) id = message.status;
      }
      if (id === null) throw new EngineUnavailable("Docker's response ended before the import was finished.");
      return id as ImageId;
    },

    inspectImage: (reference, signal) => readImage(daemon, reference, signal),

    async tagImage(id, reference, signal) {
      const [repo, tag] = splitTag(reference);
      await daemon.ask({ method: "POST", path: `/images/${id}/tag`, query: { repo, tag } }, signal);
    },

    async listImages(signal) {
      // The star of a pattern does not match a slash.
      const filters = JSON.stringify({ reference: [`${ours}*`, `${ours}*/*`] });
      const path = "/images/json";
      const listed = await daemon.ask<Docker.ImageInfo[]>({ method: "GET", path, query: { filters } }, signal);
      const images: ImageInfo[] = [];
      for (const { Id } of listed) {
        const image = await readImage(daemon, Id, signal);
        if (image) images.push({ ...image, tags: image.tags.filter((tag) => tag.startsWith(ours)) });
      }
      return images;
    },

    async removeTag(reference, signal) {
      if (!reference.startsWith(ours)) throw new Error(`${reference} is not a tag of this Baton's (${ours}…).`);
      const image = await readImage(daemon, reference, signal);
      await untag(reference, signal);
      // A base image is removed with the last claim that a Baton on this daemon has on it.
      const left = image?.tags.filter((tag) => tag !== reference) ?? [];
      if (!left.every((tag) => tag.startsWith(sharedByAll))) return;
      for (const tag of left) await untag(tag, signal);
    },

    async removeUntagged(id, signal) {
      const path = `/images/${id}/json`;
      const image = await ifThere(daemon.ask<Docker.ImageInspectInfo>({ method: "GET", path }, signal));
      if (image === null || !isOf(instance, image.Config?.Labels)) return;
      // An image with a single tag would go with it.
      if ((image.RepoTags ?? []).length === 0) await untag(id, signal);
    },
  };
}

export async function readImage(daemon: Daemon, reference: string, signal: AbortSignal): Promise<ImageInfo | null> {
  const path = `/images/${reference}/json`;
  const image = await ifThere(daemon.ask<Docker.ImageInspectInfo>({ method: "GET", path }, signal));
  return image && imageInfo(image);
}

function imageInfo(image: Docker.ImageInspectInfo): ImageInfo {
  return {
    id: image.Id as ImageId,
    tags: image.RepoTags ?? [],
    exposedPorts: Object.keys(image.Config?.ExposedPorts ?? {}).flatMap(exposedPort),
    user: image.Config?.User ?? "",
    volumes: Object.keys(image.Config?.Volumes ?? {}),
    environment: Object.fromEntries((image.Config?.Env ?? []).map(assignment)),
    sizeBytes: image.Size,
    // Images that were made to be reproducible may have no date.
    createdAt: new Date(image.Created || 0),
    hasHealthcheck: hasHealthcheck(image.Config),
  };
}

function assignment(text: string): [name: string, value: string] {
  const [name = "", ...value] = text.split("=");
  return [name, value.join("=")];
}

function hasHealthcheck(config: Docker.ImageInspectInfo["Config"] | undefined): boolean {
  const [how] = config?.Healthcheck?.Test ?? [];
  return how !== undefined && how !== "NONE";
}

/** Reads a port such as "3000/tcp". */
function exposedPort(text: string): ImageInfo["exposedPorts"] {
  const [port, protocol = "tcp"] = text.split("/");
  return protocol === "tcp" || protocol === "udp" ? [{ port: Number(port), protocol }] : [];
}

/** The name ends at the last colon, unless that colon belongs to a registry's port. */
function splitTag(reference: string): [repository: string, tag: string] {
  const [, repository = reference, tag = "latest"] = /^(.+?)(?::([^:/]+))?$/.exec(reference) ?? [];
  return [repository, tag];
}
