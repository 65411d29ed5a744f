/** An entry of a tar, without its content. */
export interface TarHeader {
  readonly name: string;
  readonly type: "file" | "symlink";
  /** Permissions. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtime: Date;
  /** The target of a symlink. */
  readonly linkname?: string;
}

const blockBytes = 512;
/** What twelve octal digits with a NUL at the end can hold; the fields are of POSIX's ustar format. */
const maxOctalBytes = 0o77777777777;
const maxNameBytes = 100;

/**
 * The blocks before an entry's content. What does not fit into the fields of a header comes first, as an extended header
 * of POSIX ("pax"). Pure.
 */
export function tarHeader(header: TarHeader): Buffer {
  const records = Object.entries({
    ...(fits(header.name) ? {} : { path: header.name }),
    ...(fits(header.linkname ?? "") ? {} : { linkpath: header.linkname ?? "" }),
    ...(header.sizeBytes > maxOctalBytes ? { size: String(header.sizeBytes) } : {}),
  });
  const own = block(header, header.type === "symlink" ? "2" : "0");
  if (records.length === 0) return own;
  const content = Buffer.concat(records.map(paxRecord));
  const extended = { ...header, name: "PaxHeader", linkname: "", sizeBytes: content.length };
  return Buffer.concat([block(extended, "x"), content, padding(content.length), own]);
}

/** What fills the last block of a content of this length. */
export function padding(contentBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (contentBytes % blockBytes)) % blockBytes);
}

/** Two empty blocks end a tar. */
export const endOfTar = Buffer.alloc(2 * blockBytes);

function fits(text: string): boolean {
  // A longer text has more bytes than characters, or cannot be ASCII.
  return text.length <= maxNameBytes && Buffer.byteLength(text) === text.length;
}

/** `<length of all of this> <keyword>=<value>` and a line end. */
function paxRecord([keyword, value]: readonly [string, string]): Buffer {
  const rest = Buffer.from(` ${keyword}=${value}\n`);
  let length = rest.length + String(rest.length).length;
  if (rest.length + String(length).length !== length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function block({ name, mode, sizeBytes, mtime, linkname = "" }: TarHeader, type: "0" | "2" | "x"): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, "0").slice(-digits), at, digits, "latin1");
  header.write(name, 0, maxNameBytes);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(sizeBytes, maxOctalBytes), 124, 11);
  octal(Math.max(0, Math.floor(mtime.getTime() / 1_000)), 136, 11);
  header.write(" ".repeat(8), 148, "latin1");
  header.write(type, 156, "latin1");
  header.write(linkname, 157, maxNameBytes);
  header.write("ustar\0" + "00", 257, "latin1");
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) sum += header[at] ?? 0;
  octal(sum, 148, 6);
  header.writeUInt8(0, 154);
  return header;
}
