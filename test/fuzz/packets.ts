import fc from "fast-check";
import { text } from "./fuzzing.ts";

const sha = "a".repeat(40);

/** A pkt-line. */
export function framed(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, "0")), payload]);
}

const line = fc.oneof(
  text,
  fc.constantFrom(
    `${sha} ${sha} refs/heads/main\0 report-status push-options`,
    `shallow ${sha}`,
    `${sha} ${sha} refs/x`,
    `${"0".repeat(40)} ${sha} refs/heads/main\0 report-status side-band-64k push-options agent=x`,
  ),
);
const packet = fc.oneof(
  { weight: 4, arbitrary: line.map((payload) => framed(Buffer.from(payload))) },
  fc.constantFrom("0000", "0001", "0003", "zzzz", "ffff").map((raw) => Buffer.from(raw)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);
const packets = fc.array(packet, { maxLength: 12 });
const opening = [
  framed(Buffer.from(`${sha} ${sha} refs/heads/main\0 report-status push-options`)),
  Buffer.from("0000"),
];

/** What a client sends when it pushes, in the pieces that arrive. */
export const pushPackets: fc.Arbitrary<readonly Buffer[]> = fc.oneof(
  packets,
  packets.map((more) => [...opening, ...more]),
);

export const pushBody = pushPackets.map((pieces) => Buffer.concat(pieces));
