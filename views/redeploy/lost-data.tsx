export interface LostDataView {
  readonly service: string;
  /** "a PostgreSQL database" */
  readonly what: string;
  readonly path: string;
  /** A clause: "its image changed". */
  readonly why: string;
}

/** Databases that lose all they have, because it is in no volume; items of a list. */
export function LostData({ lost }: { readonly lost: readonly LostDataView[] }) {
  return (
    <>
      {lost.map(({ service, what, path, why }) => (
        <li class="tone-bad">
          <strong>{service}</strong> ({what}) loses all its data: {why}, and no volume holds <code>{path}</code>. To
          keep the data, first push a compose file that names one:{" "}
          <code>
            volumes: ["{service}-data:{path}"]
          </code>
          . Baton copies the data there.
        </li>
      ))}
    </>
  );
}

/** The same where all containers are removed, so that no reason needs to be given. */
export function DataAtStake(props: { readonly atStake: readonly Pick<LostDataView, "service" | "path">[] }) {
  return (
    <>
      {props.atStake.map(({ service, path }) => (
        <li class="tone-bad">
          <strong>{service}</strong> loses what it has in <code>{path}</code>, because that is only in its container.
        </li>
      ))}
    </>
  );
}
