import type { BackupFile, DataFacts, DumpMethod } from "../model/backup.ts";
import type { ContainerId } from "../model/names/ids.ts";
import type { BackupTools, DataSubject, Dumped, DumpOrder, RestoreOrder } from "../ports/backup/backup-tools.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerAccess } from "../ports/engine/container-access.ts";
import type { DumpedFile, DumpTool, Inside } from "./dumps/dump-tool.ts";
import { mongodb } from "./dumps/mongodb.ts";
import { mysql } from "./dumps/mysql.ts";
import { postgres } from "./dumps/postgres.ts";
import { redis } from "./dumps/redis.ts";
import { surveyed, volume } from "./dumps/volume.ts";
import { createHealthCheck } from "./health-check.ts";
import { openPlace } from "./places/open-place.ts";
import type { Place } from "./places/place.ts";
import { counted, makeBackupKey, sealed, unsealed } from "./sealing.ts";

const tools: Readonly<Record<DumpMethod, DumpTool>> = { postgres, mysql, mongodb, redis, volume };
/** Whatever stopped the backup, containers must not stay frozen, nor half of its files. */
const cleanUpLimitMs = 60_000;

const checkPath = "baton-check/file";

export interface BackupToolsOptions {
  readonly access: ContainerAccess;
  readonly clock: Clock;
  /** Where backups are kept when no place has been chosen. */
  readonly ownFolder: string;
}

/** Implements BackupTools with the dump tools that are in the services' own images. */
export function createBackupTools({ access, clock, ownFolder }: BackupToolsOptions): BackupTools {
  async function enter(subject: DataSubject, signal: AbortSignal): Promise<Inside> {
    const { environment, command } = await access.configuration(subject.container, signal);
    return { subject, variables: environment, command, access };
  }

  return {
    async dump(subject, order, signal) {
      const tool = tools[subject.method];
      const inside = await enter(subject, signal);
      const facts = subject.method === "volume" ? null : await tool.measure(inside, signal);
      const files = await tool.files(inside, signal);
      const writing = { place: openPlace(order.to, ownFolder), order, signal };
      if (subject.method !== "volume") return { ...(await writeAll(files, writing)), frozenMs: 0, facts };
      return frozen(subject, signal, () => writeAll(files, writing));
    },

    async restore(subject, order, signal) {
      const isVolume = subject.method === "volume";
      const inside = isVolume ? { subject, variables: {}, command: [], access } : await enter(subject, signal);
      const place = openPlace(order.from, ownFolder);
      const files = order.files.map((file) => ({
        name: plainName(file),
        of: file.of,
        open: (signal: AbortSignal) => readOne(place, order, file, signal),
      }));
      return tools[subject.method].restore(inside, files, { target: order.into, suffix: order.suffix }, signal);
    },

    measure: async (subject, signal) => tools[subject.method].measure(await enter(subject, signal), signal),

    checkHealth: createHealthCheck(access, clock),

    survey: (subject, signal) => survey({ subject, variables: {}, command: [], access }, signal),

    async remove(from, { folder, files }, signal) {
      const place = openPlace(from, ownFolder);
      for (const { name } of files) await place.remove(`${folder}/${name}`, signal);
    },

    removeUnfinished: (from, folder) => openPlace(from, ownFolder).clear(folder),

    async check(to, signal) {
      const place = openPlace(to, ownFolder);
      await place.write(checkPath, [Buffer.from("Baton can write here.\n")] as never, signal);
      for await (const _ of await place.read(checkPath, signal));
      await place.remove(checkPath, signal);
    },

    makeKey: makeBackupKey,
    resume,
  };

  async function resume(containers: readonly ContainerId[], signal: AbortSignal): Promise<void> {
    await Promise.all(containers.map((container) => access.resume(container, signal)));
  }

  /** Runs work while nothing writes to the subject's volumes. */
  async function frozen(
    { writers }: DataSubject,
    signal: AbortSignal,
    work: () => Promise<Omit<Dumped, "frozenMs">>,
  ): Promise<Dumped> {
    const began = clock.monotonicMs();
    let done: Omit<Dumped, "frozenMs">;
    try {
      for (const writer of writers) await access.pause(writer, signal);
      done = await work();
    } finally {
      await resume(writers, AbortSignal.timeout(cleanUpLimitMs));
    }
    return { ...done, frozenMs: Math.round(clock.monotonicMs() - began) };
  }
}

interface Writing {
  readonly place: Place;
  readonly order: DumpOrder;
  readonly signal: AbortSignal;
}

async function writeAll(
  files: readonly DumpedFile[],
  { place, order, signal }: Writing,
): Promise<Omit<Dumped, "frozenMs">> {
  const ending = order.recipient === null ? "gz" : "gz.age";
  const sums = { readBytes: 0, storedBytes: 0 };
  const tell = () => order.onProgress(sums.readBytes, sums.storedBytes);
  const written: BackupFile[] = [];
  let facts: DataFacts | null = null;
  try {
    for (const file of files) {
      const name = `${file.name}.${ending}`;
      const opened = file.name.endsWith(".tar")
        ? surveyed(file.open(signal), (more) => {
            facts = added(facts, more);
          })
        : file.open(signal);
      const read = counted(opened, (bytes) => {
        sums.readBytes += bytes;
      });
      const stored = counted(sealed(read, order.recipient), (bytes) => {
        sums.storedBytes += bytes;
        tell();
      });
      written.push({ name, of: file.of, bytes: await place.write(`${order.folder}/${name}`, stored, signal) });
    }
    return { files: written, ...sums, facts };
  } catch (error) {
    const limit = AbortSignal.timeout(cleanUpLimitMs);
    for (const { name } of written) await place.remove(`${order.folder}/${name}`, limit).catch(() => {});
    throw error;
  }
}

async function survey(inside: Inside, signal: AbortSignal): Promise<DataFacts> {
  let facts = added(null, { tables: 0, rows: null, isEstimate: false });
  for (const file of await volume.files(inside, signal)) {
    const content = surveyed(file.open(signal), (more) => {
      facts = added(facts, more);
    });
    for await (const _ of content);
  }
  return facts;
}

function added(sum: DataFacts | null, more: DataFacts): DataFacts {
  const tables = (sum?.tables ?? 0) + (more.tables ?? 0);
  return { tables, rows: null, isEstimate: false, sqlite: (sum?.sqlite ?? 0) + (more.sqlite ?? 0) };
}

async function* readOne(
  place: Place,
  order: RestoreOrder,
  file: BackupFile,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stored = await place.read(`${order.folder}/${file.name}`, signal);
  yield* unsealed(stored as AsyncIterable<Buffer>, order.identity);
}

const plainName = ({ name }: BackupFile) => name.replace(/\.gz(?:\.age)?$/, "");
