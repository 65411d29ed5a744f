import type { ContainerId } from "../../server/model/names/ids.ts";
import type { BackupTools, DataSubject, Dumped } from "../../server/ports/backup/backup-tools.ts";

export interface FakeBackupTools extends BackupTools {
  /** What services hold, by name. Tests change it; restores do, too. */
  readonly data: Map<string, string>;
  /** What is stored, by folder. */
  readonly stored: Map<string, { readonly data: string; readonly isSealed: boolean }>;
  /** Folders with a file that is being written, or that a killed server was writing. */
  readonly unfinished: Set<string>;
  /** Whether services declare a health check; an error is one that fails. */
  health: boolean | Error;
  /** Told before a dump ends; may throw or wait. */
  onDump: (subject: DataSubject, signal: AbortSignal) => Promise<void> | void;
  /** The sentence with which a place is refused; null accepts it. */
  refusal: string | null;
  /** Told which container goes on; may throw. */
  onResume: (container: ContainerId) => void;
}

/** Copies one text for each service instead of databases and volumes. */
export function createFakeBackupTools(): FakeBackupTools {
  const data = new Map<string, string>();
  const stored: FakeBackupTools["stored"] = new Map();
  const factsOf = (text: string) => ({ tables: 1, rows: text.length, isEstimate: false });
  const fake: FakeBackupTools = {
    data,
    stored,
    unfinished: new Set(),
    health: false,
    onDump: () => {},
    refusal: null,
    onResume: () => {},
    async resume(containers) {
      for (const container of containers) fake.onResume(container);
    },
    async dump(subject, order, signal): Promise<Dumped> {
      const text = data.get(subject.service) ?? "";
      fake.unfinished.add(order.folder);
      try {
        await fake.onDump(subject, signal);
        signal.throwIfAborted();
      } finally {
        fake.unfinished.delete(order.folder);
      }
      order.onProgress(text.length, text.length);
      stored.set(order.folder, { data: text, isSealed: order.recipient !== null });
      return {
        files: [{ name: "all.gz", of: "all", bytes: text.length }],
        ...{ readBytes: text.length, storedBytes: text.length, frozenMs: subject.method === "volume" ? 5 : 0 },
        facts: factsOf(text),
      };
    },
    async restore(subject, order) {
      const found = stored.get(order.folder);
      if (!found) throw new Error("There is no file all.gz");
      if (found.isSealed && order.identity === null)
        throw new Error("The file is encrypted for another key, or damaged");
      const name = order.into === "same" ? subject.service : `${subject.service}_${order.suffix}`;
      data.set(name, found.data);
      return [name];
    },
    async checkHealth() {
      if (fake.health instanceof Error) throw fake.health;
      return fake.health;
    },
    survey: async (subject) => factsOf(data.get(subject.service) ?? ""),
    measure: async (subject) => factsOf(data.get(subject.service) ?? ""),
    async remove(_, { folder }) {
      stored.delete(folder);
    },
    async removeUnfinished(_, folder) {
      stored.delete(folder);
      fake.unfinished.delete(folder);
    },
    async check() {
      if (fake.refusal !== null) throw new Error(fake.refusal);
    },
    makeKey: async () => ({ recipient: "age1fake", identity: "AGE-SECRET-KEY-1FAKE" }),
  };
  return fake;
}
