import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Mount, ServiceSpec } from "../../model/deployment/spec.ts";
import type { ContainerMount } from "../../ports/engine/containers.ts";
import type { TreeEntry } from "../../ports/git.ts";
import type { MountRef } from "../../ports/host/mount-files.ts";
import type { DeploymentContext } from "../context/context.ts";
import { type ContainerPlan, volumeName } from "./container-request.ts";

const maxMountedFileBytes = 64 * 1024 * 1024;

/**
 * Adds to each mount from the repository its path there and a digest of its content, so that a change in a mounted file
 * is a change of the service. `entries` are relative to the root directory, as the plan is. Pure.
 */
export function withSources<Service extends Pick<ServiceSpec, "container">>(
  service: Service,
  entries: readonly TreeEntry[],
  rootDirectory: string,
): Service {
  const mounts = service.container.mounts.map((mount) => {
    if (mount.type !== "repository") return mount;
    const source = [rootDirectory, mount.source].filter((part) => part !== "").join("/");
    return { ...mount, source, digest: digestOf(below(entries, mount.source)) };
  });
  return { ...service, container: { ...service.container, mounts } };
}

type MountContext = Pick<DeploymentContext, "instance" | "engine" | "git" | "mountFiles" | "signal">;

/** Creates what a service mounts: its volumes, and its files on this host. It is idempotent. */
export async function provideMounts(context: MountContext, plan: ContainerPlan): Promise<readonly ContainerMount[]> {
  const { owner, service } = plan;
  const provided: ContainerMount[] = [];
  for (const [index, mount] of service.container.mounts.entries()) {
    const place = { deployment: owner.deployment, service: service.name, index };
    provided.push(await provide(context, plan, place, mount));
  }
  return provided;
}

async function provide(
  context: MountContext,
  plan: ContainerPlan,
  place: MountRef,
  mount: Mount,
): Promise<ContainerMount> {
  const { instance, engine, mountFiles, signal } = context;
  const { owner, spec, stack } = plan;
  switch (mount.type) {
    case "volume": {
      const volume = volumeName(instance, owner.installation, stack, mount.volume);
      const { path, readOnly, carried = false } = mount;
      await engine.createVolume({ name: volume, owner, filledBy: carried ? owner.deployment : null }, signal);
      return { type: "volume", volume, path, readOnly, startsEmpty: carried };
    }
    case "repository": {
      const source = await fromCommit(context, plan, place, mount.source);
      return { type: "host", source, path: mount.path, readOnly: mount.readOnly };
    }
    case "text":
    case "variable": {
      const text = mount.type === "text" ? mount.text : (spec.variables[mount.variable] ?? "");
      const name = posix.basename(mount.path);
      const source = await mountFiles.putFile(place, name, mount.mode, async () => Buffer.from(text));
      return { type: "host", source, path: mount.path, readOnly: true };
    }
    case "tmpfs":
    case "anonymous":
      return mount;
  }
}

async function fromCommit(
  { git, mountFiles, signal }: MountContext,
  { owner, spec: { commit } }: ContainerPlan,
  place: MountRef,
  source: string,
): Promise<string> {
  const limits = { maxEntries: 100_000, maxFileBytes: maxMountedFileBytes, maxTotalBytes: 1024 ** 3 };
  const entries = below(await git.listTree(owner.product, commit, limits, signal), source);
  const file = entries.find(({ path }) => path === source);
  if (file) {
    const content = async () =>
      (await git.readFile(owner.product, commit, source, maxMountedFileBytes, signal)) ?? Buffer.alloc(0);
    return mountFiles.putFile(place, posix.basename(source), file.type === "executable" ? 0o755 : 0o644, content);
  }
  const request = {
    entries: entries.filter(({ type }) => type !== "submodule"),
    stripPrefix: source,
    extraFiles: new Map(),
  };
  return mountFiles.putFolder(place, () => git.archive(owner.product, commit, request, signal));
}

function below(entries: readonly TreeEntry[], source: string): readonly TreeEntry[] {
  return source === "" ? entries : entries.filter(({ path }) => path === source || path.startsWith(`${source}/`));
}

function digestOf(entries: readonly TreeEntry[]): string {
  const hash = createHash("sha256");
  for (const { path, type, object } of entries) hash.update(`${path}\0${type}\0${object}\n`);
  return hash.digest("hex").slice(0, 32);
}
