export interface InterruptionView {
  readonly service: string;
  /** A clause: "its image changed". */
  readonly why: string;
  /** Nothing takes its place. */
  readonly isOver: boolean;
}

/** Which services don't answer for a moment, and why; items of a list. */
export function Interruptions({ interruptions }: { readonly interruptions: readonly InterruptionView[] }) {
  return (
    <>
      {interruptions.map(({ service, why, isOver }) => (
        <li class="tone-warn">
          <strong>{service}</strong> {isOver ? "will be stopped" : "will be unavailable while it is replaced"}: {why}.
        </li>
      ))}
    </>
  );
}
