import { posix } from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import type { DataFacts } from "../../model/backup.ts";
import { type DumpTool, distinct, fileName } from "./dump-tool.ts";

/** Archives each volume of a service. The caller has frozen whoever writes to them, so an archive is of one moment. */
export const volume: DumpTool = {
  async files({ subject, access }) {
    return distinct(
      subject.volumes.map(({ path }) => ({
        name: fileName(posix.basename(path), "tar"),
        of: path,
        open: async function* (signal: AbortSignal) {
          const tar = await access.readFolder(subject.container, path, signal);
          if (!tar) throw new Error(`${subject.service} has no folder ${path}`);
          yield* tar as AsyncIterable<Buffer>;
        },
      })),
    );
  },

  async restore({ subject, access }, files, { target, suffix }, signal) {
    const { image, owner } = subject;
    const restored: string[] = [];
    for (const file of files) {
      const found = subject.volumes.find(({ path }) => path === file.of);
      if (!found) throw new Error(`${subject.service} has no volume at ${file.of} any more`);
      const name = target === "same" ? found.name : `${found.name}-${suffix}`;
      const folder = posix.basename(file.of);
      const tar = Readable.from(file.open(signal), { objectMode: false });
      await access.unpackInto({ name, folder }, { image, owner }, tar, signal);
      restored.push(name);
    }
    return restored;
  },

  measure: async () => null,
};

const sqliteHeader = Buffer.from("SQLite format 3\0");

/** Passes a tar stream on, and counts the files in it and how many of them are SQLite databases. */
export async function* surveyed(tar: AsyncIterable<Buffer>, found: (facts: DataFacts) => void): AsyncGenerator<Buffer> {
  let [files, sqlite] = [0, 0];
  const reading = extract();
  reading.on("entry", (header, content, next) => {
    if (header.type === "file") files += 1;
    let first = true;
    content.on("data", (chunk: unknown) => {
      if (first && (chunk as Buffer).subarray(0, sqliteHeader.length).equals(sqliteHeader)) sqlite += 1;
      first = false;
    });
    content.on("end", next);
  });
  // What is no archive is still passed on: whoever reads it later says so.
  let isArchive = true;
  reading.on("error", () => {
    isArchive = false;
  });
  for await (const chunk of tar) {
    if (isArchive && !reading.write(chunk))
      await new Promise<void>((resolve) => {
        reading.once("drain", resolve);
        reading.once("error", () => resolve());
      });
    yield chunk;
  }
  reading.destroy();
  found({ tables: files, rows: null, isEstimate: false, sqlite });
}
