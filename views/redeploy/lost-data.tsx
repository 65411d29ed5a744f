export interface LostDataView {
  readonly service: string;
  /** "a PostgreSQL database" */
  readonly what: string;
  readonly path: string;
  /** A clause: "its image changed". */
  readonly why: string;
}

/** List items that name the databases whose data is lost because it is in no volume. */
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

/** The same warning for when all containers are removed, which needs no reason. */
export function DataAtStake(props: { readonly atStake: readonly Pick<LostDataView, "service" | "path">[] }) {
  return (
    <>
      {props.atStake.map(({ service, path }) => (
        <li class="tone-bad">
          <strong>{service}</strong> loses its data in <code>{path}</code>, which is only in its container.
        </li>
      ))}
    </>
  );
}
