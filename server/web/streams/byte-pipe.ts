/** A stream with a writing and a reading end, which tells writers when the reader has room. */
export interface BytePipe {
  readonly readable: ReadableStream<Uint8Array>;
  write(text: string): void;
  /** Null if there is room now; otherwise it resolves as soon as there is. */
  room(): Promise<void> | null;
  end(): void;
}

export function createBytePipe(bufferBytes: number, onCancel: () => void): BytePipe {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let waiting: (() => void)[] = [];

  const readable = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      pull() {
        const woken = waiting;
        waiting = [];
        for (const resolve of woken) resolve();
      },
      cancel() {
        controller = null;
        onCancel();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  );

  return {
    readable,
    write: (text) => controller?.enqueue(encoder.encode(text)),
    room() {
      if ((controller?.desiredSize ?? 1) > 0) return null;
      return new Promise((resolve) => waiting.push(resolve));
    },
    end() {
      controller?.close();
      controller = null;
    },
  };
}
