import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { createBackupTools } from "../../server/backup/backup-tools.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import { createContainerAccess } from "../../server/docker/access/container-access.ts";
import type { DumpMethod } from "../../server/model/backup.ts";
import { plainContainer } from "../../server/model/deployment/spec.ts";
import type { ContainerId } from "../../server/model/names/ids.ts";
import type { DataSubject, Dumped } from "../../server/ports/backup/backup-tools.ts";
import { freeSubnet } from "../docker/free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner } from "../docker/scratch-engine.ts";
import { databaseImage, type Suite, servers } from "./database-image.ts";

const place = { place: { type: "folder", path: null }, secret: null } as const;

export type RunningDatabases = Awaited<ReturnType<typeof runDatabases>>;
export type RunningServer = Awaited<ReturnType<RunningDatabases["start"]>>;

/** Runs database servers in containers, and copies their data with the real tools. */
export async function runDatabases(suite: Suite = "bookworm") {
  const scratch = await createScratchEngine();
  const { engine, instance } = scratch;
  const access = createContainerAccess({ instance, socket: process.env.DOCKER_HOST });
  const folder = await mkdtemp(join(tmpdir(), "baton-dumps-"));
  const tools = createBackupTools({ access, clock: systemClock, ownFolder: folder });
  const image = await databaseImage(engine, `baton-${instance}/databases:1`, never, suite);
  const network = `baton-${instance}-backup`;
  await engine.createNetwork({ name: network, subnet: await freeSubnet(engine), owner }, never);
  let count = 0;

  return {
    ...{ engine, tools, folder, place },

    async start(
      kind: keyof typeof servers,
      volume: string,
      changes: {
        readonly command?: readonly string[];
        readonly environment?: Record<string, string>;
        readonly readOnly?: boolean;
      } = {},
    ) {
      const { user, folder: path, ...usual } = servers[kind];
      const name = `baton-${instance}-${volume}`;
      await engine.createVolume({ name, owner, filledBy: null }, never);
      const id = await engine.createContainer(
        containerRequest(scratch, network, {
          ...{ service: kind, kind: "tcp", image, command: changes.command ?? usual.command },
          environment: { ...usual.environment, ...changes.environment },
          limits: { memoryBytes: 768 * 1024 * 1024, pids: 256, cpus: null },
          options: { ...plainContainer, user, readOnly: changes.readOnly ?? false },
          mounts: [
            { type: "volume", volume: name, path, readOnly: false, startsEmpty: false },
            { type: "tmpfs", path: "/run/mysqld", sizeBytes: null },
          ],
        }),
        never,
      );
      await engine.startContainer(id, never);
      return { id, name, path };
    },

    subjectOf(method: DumpMethod, { id, name, path }: { id: ContainerId; name: string; path: string }): DataSubject {
      return { service: "db", method, container: id, image, owner, volumes: [{ name, path }], writers: [id] };
    },

    async ask(id: ContainerId, command: readonly string[], environment: Record<string, string> = {}) {
      return (await text(Readable.from(access.run(id, { command, environment }, never)))).trim();
    },

    async dump(subject: DataSubject, recipient: string | null = null) {
      const order = { to: place, folder: `${subject.method}/${++count}`, recipient, onProgress: () => {} };
      return { order, dumped: await tools.dump(subject, order, never) };
    },

    restore(
      subject: DataSubject,
      { order, dumped }: { order: { folder: string }; dumped: Dumped },
      into: "same" | "new",
      identity: string | null = null,
    ) {
      const from = { from: place, folder: order.folder, files: dumped.files, identity, into, suffix: "20261130_0310" };
      return tools.restore(subject, from, never);
    },

    async end() {
      await scratch[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Servers take a while until they can be asked. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 450) throw error;
      await delay(200);
    }
  }
}
