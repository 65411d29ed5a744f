export interface InterruptionView {
  readonly service: string;
  /** A clause: "its image changed". */
  readonly why: string;
}

/** Which services don't answer for a moment, and why; items of a list. */
export function Interruptions({ interruptions }: { readonly interruptions: readonly InterruptionView[] }) {
  return (
    <>
      {interruptions.map(({ service, why }) => (
        <li class="tone-warn">
          <strong>{service}</strong> will be unavailable while it is replaced: {why}.
        </li>
      ))}
    </>
  );
}
