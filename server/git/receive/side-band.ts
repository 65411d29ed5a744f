import type { Readable } from "node:stream";
import { pktLine, readPktLine } from "./pkt-line.ts";

// Several streams in one (gitprotocol-pack): the first byte of each pkt-line tells which stream it belongs to.

export const bands = { data: 1, progress: 2, error: 3 } as const;

/** Git's limits of 65,520 and 1,000 bytes, less the length and the band. */
export const sideBandBytes = { "side-band-64k": 65_515, "side-band": 995 } as const;

export function sideBandPkts(band: number, bytes: Buffer, maxBytes: number): Buffer[] {
  return splitUtf8(bytes, maxBytes).map((piece) => pktLine(Uint8Array.of(band), piece));
}

export interface SideBandReceiver {
  data(bytes: Buffer): void;
  progress(text: string): void;
  error(text: string): void;
}

/** Splits the bands, up to the flush that ends them or the end of the stream. */
export async function readSideBands(source: Readable, receiver: SideBandReceiver): Promise<void> {
  const progress = new TextDecoder();
  for (;;) {
    const packet = await readPktLine(source);
    if (packet === "flush" || packet === "end") return;
    const bytes = packet.subarray(1);
    // A packet with only its band keeps the connection alive.
    if (bytes.length === 0) continue;
    if (packet[0] === bands.data) receiver.data(bytes);
    else if (packet[0] === bands.progress) receiver.progress(progress.decode(bytes, { stream: true }));
    else receiver.error(bytes.toString());
  }
}

/** Splits text into pieces of at most `maxBytes` without cutting a character. */
function splitUtf8(bytes: Buffer, maxBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + maxBytes, bytes.length);
    while (end > start + 1 && isContinuation(bytes[end])) end--;
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
