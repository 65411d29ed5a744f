import { once } from "node:events";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { type TarHeader, tarHeader } from "../../../server/git/read/tar.ts";
import { createTarWriter } from "../../../server/git/read/tar-writer.ts";

const mtime = new Date("2026-01-02T03:04:05Z");
const file = (name: string, sizeBytes: number, mode = 0o644): TarHeader => ({
  ...{ name, type: "file", mode, sizeBytes, mtime },
});

/** What another implementation reads from a tar. */
async function entriesOf(pieces: readonly Buffer[]) {
  const found: unknown[] = [];
  const reader = extract();
  reader.on("entry", ({ name, type, mode, size, linkname, mtime }, stream, next) => {
    const parts: Buffer[] = [];
    stream.on("data", (part) => void parts.push(part as Buffer));
    stream.on("end", () => {
      const content = Buffer.concat(parts).toString();
      found.push({ name, type, mode, size, mtime, content, ...(linkname && { linkname }) });
      next();
    });
  });
  Readable.from(pieces).pipe(reader);
  await once(reader, "finish");
  return found;
}

test("files and symlinks are read as they were written, whatever their size", async () => {
  const writer = createTarWriter();
  const contents = { empty: "", small: "a", block: "b".repeat(512), large: "c".repeat(200_000) };
  const pieces: Buffer[] = [];
  for (const [name, content] of Object.entries(contents)) {
    writer.begin(file(name, content.length, name === "small" ? 0o755 : 0o644));
    for (let at = 0; at < content.length; at += 70_000) writer.content(Buffer.from(content.slice(at, at + 70_000)));
    writer.end();
    pieces.push(...writer.full());
  }
  writer.begin({ ...file("link", 0, 0o777), type: "symlink", linkname: "../small" });
  writer.end();
  pieces.push(...writer.finish());
  expect(await entriesOf(pieces)).toEqual([
    ...Object.entries(contents).map(([name, content]) => ({
      ...{ name, type: "file", mode: name === "small" ? 0o755 : 0o644, size: content.length, mtime, content },
    })),
    { name: "link", type: "symlink", mode: 0o777, size: 0, mtime, content: "", linkname: "../small" },
  ]);
  expect(Buffer.concat(pieces).length % 512).toBe(0);
});

test("names and targets of any length and in any writing are kept", async () => {
  // Around these lengths the length of an extended record needs one more digit.
  const lengths = [1, 99, 100, 101, ...Array.from({ length: 12 }, (_, index) => 985 + index)];
  const names = [...lengths.map((length) => "n".repeat(length)), "ü", `${"deep/".repeat(40)}ünder.txt`];
  const writer = createTarWriter();
  for (const name of names) {
    writer.begin({ ...file(name, 0), type: "symlink", linkname: `to ${name}` });
    writer.end();
  }
  const found = await entriesOf(writer.finish());
  expect(found).toEqual(names.map((name) => expect.objectContaining({ name, linkname: `to ${name}` })));
});

test("a file of more than eight gigabytes says its size", () => {
  const header = tarHeader(file("huge", 9 * 1024 ** 3));
  expect(header.toString("latin1")).toContain(" size=9663676416\n");
  expect(header.length).toBe(3 * 512);
});

test("content of another length than announced is refused", () => {
  const writer = createTarWriter();
  writer.begin(file("short", 3));
  writer.content(Buffer.from("ab"));
  expect(() => writer.end()).toThrow("the content of short is not 3 bytes long");
});
