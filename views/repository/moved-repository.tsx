import { Icon } from "../ui/icon.tsx";

/** The webhook tells of another repository than the product has: where it was renamed, nothing deploys any more. */
export function MovedRepository(props: {
  readonly movedTo: string;
  readonly repository: string;
  /** Where the URL is set. */
  readonly settings: string;
}) {
  const { movedTo, repository, settings } = props;
  return (
    <p class="notice caution">
      <Icon name="warning" />
      <span>
        The webhook now reports <code>{movedTo}</code>, but this product is deployed from <code>{repository}</code>, so
        its pushes deploy nothing. Was the repository renamed? <a href={settings}>Set the new URL</a>.
      </span>
    </p>
  );
}
