import { createParser } from "eventsource-parser";

export interface HeardEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

/**
 * Reads an event stream like a browser: `until` waits for this many events, `rest` for the end, `comment` for one more
 * comment.
 */
export function eventReader(answer: Response) {
  const events: HeardEvent[] = [];
  let comments = 0;
  let retryMs = 0;
  const parser = createParser({
    onEvent: ({ id, event, data }) => events.push({ id, event, data: JSON.parse(data) }),
    onComment: () => comments++,
    onRetry: (ms) => {
      retryMs = ms;
    },
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => {
    const chunk = await reader?.read();
    if (chunk?.value) parser.feed(chunk.value);
    return chunk?.done === false;
  };
  return {
    /** The delay after which the stream asked clients to reconnect. */
    retryMs: () => retryMs,
    async until(count: number): Promise<readonly HeardEvent[]> {
      while (events.length < count) if (!(await read())) throw new Error(`it ended after ${events.length} events`);
      return events;
    },
    async rest(): Promise<readonly HeardEvent[]> {
      while (await read());
      return events;
    },
    async comment(): Promise<void> {
      for (const before = comments; comments === before; ) {
        if (!(await read())) throw new Error("it ended instead of a comment");
      }
    },
  };
}
