export interface InterruptionView {
  readonly service: string;
  /** A clause: "its image changed". */
  readonly why: string;
  /** Whether the service stops without a replacement. */
  readonly isOver: boolean;
}

/** List items that say which services are interrupted for a moment, and why. */
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
