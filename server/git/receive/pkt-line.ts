import type { Readable } from "node:stream";
import { readExactly, TruncatedStream } from "./stream-reader.ts";

// Git's framing (gitprotocol-common): four hexadecimal digits with the length, which includes them, then the payload.

export const maxPayloadBytes = 65_516;
const headerBytes = 4;

/** A length of 0000 ends a section. */
export const flushPkt: Buffer = Buffer.from("0000");

export function pktLine(...payload: readonly (string | Uint8Array)[]): Buffer {
  const bytes = Buffer.concat(payload.map((part) => Buffer.from(part as string)));
  if (bytes.length > maxPayloadBytes) throw new RangeError(`${bytes.length} bytes do not fit into one pkt-line`);
  return Buffer.concat([Buffer.from((bytes.length + headerBytes).toString(16).padStart(headerBytes, "0")), bytes]);
}

/** Reads the payload of the next pkt-line and leaves the rest in the stream. Rejects with MalformedPktLine. */
export async function readPktLine(source: Readable): Promise<Buffer | "flush" | "end"> {
  try {
    const header = await readExactly(source, headerBytes);
    if (header === null) return "end";
    const length = payloadLength(header.toString("latin1"));
    if (length === null) return "flush";
    const payload = await readExactly(source, length);
    if (payload === null) throw new TruncatedStream(`all of its ${length} bytes are missing`);
    return payload;
  } catch (cause) {
    if (cause instanceof TruncatedStream) throw new MalformedPktLine(`cut off: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Yields all payloads of a buffer up to its end or its first flush. Throws MalformedPktLine. */
export function* pktLinesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const length = payloadLength(bytes.toString("latin1", at, at + headerBytes));
    if (length === null) return;
    const end = at + headerBytes + length;
    if (end > bytes.length) throw new MalformedPktLine(`cut off: ${end - bytes.length} bytes are missing`);
    yield bytes.subarray(at + headerBytes, end);
    at = end;
  }
}

/** Returns null for a flush. The delimiters of protocol version 2 do not occur in what is read here. */
function payloadLength(header: string): number | null {
  const length = /^[0-9a-fA-F]{4}$/.test(header) ? Number.parseInt(header, 16) : Number.NaN;
  if (length === 0) return null;
  if (length >= headerBytes && length <= maxPayloadBytes + headerBytes) return length - headerBytes;
  throw new MalformedPktLine(`${JSON.stringify(header)} is not the length of a pkt-line`);
}

export class MalformedPktLine extends Error {
  override readonly name = "MalformedPktLine";
}
