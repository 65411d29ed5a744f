import type { Child } from "hono/jsx";
import type { LiveStream } from "./frame.ts";

/**
 * A part of a page that a stream keeps up to date. Each message names the parts that it replaces; nothing else is
 * swapped.
 */
export function LiveRegion({ stream, children }: { readonly stream: LiveStream | null; readonly children?: Child }) {
  if (!stream) return <div class="live-region">{children}</div>;
  return (
    <div
      class="live-region"
      hx-sse:connect={stream.url}
      hx-sse:close="end"
      hx-swap="none"
      hx-config={`sse.pauseOnBackground:${stream.pauseInBackground}`}
    >
      {children}
    </div>
  );
}

/** A part of a message. It replaces the element with this id or is appended to it. */
export function Part(props: {
  readonly target: string;
  readonly how: "replace" | "append";
  readonly children?: Child;
}) {
  return (
    <hx-partial hx-target={`#${props.target}`} hx-swap={props.how === "replace" ? "outerMorph" : "beforeend"}>
      {props.children}
    </hx-partial>
  );
}
