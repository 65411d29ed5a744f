/** gRPC puts a byte (whether it is compressed) and a length in front of each message. */
const prefixBytes = 5;

export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(prefixBytes + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefixBytes);
  return frame;
}

/** Returns a function that takes bytes and returns the messages that they complete. Throws on one that is too large. */
export function grpcMessages(maxBytes: number): (bytes: Buffer) => Buffer[] {
  let held: Buffer = Buffer.alloc(0);
  return (bytes) => {
    held = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
    const messages: Buffer[] = [];
    while (held.length >= prefixBytes) {
      const length = held.readUInt32BE(1);
      if (length > maxBytes)
        throw new Error(`A gRPC message of ${length} bytes is larger than the ${maxBytes} allowed.`);
      if (held.length < prefixBytes + length) break;
      messages.push(held.subarray(prefixBytes, prefixBytes + length));
      held = held.subarray(prefixBytes + length);
    }
    return messages;
  };
}
