import { Icon } from "../ui/icon.tsx";

/**
 * Warns that the webhook reports another repository than the product's. If the repository was renamed, pushes no longer
 * deploy.
 */
export function MovedRepository(props: {
  readonly movedTo: string;
  readonly repository: string;
  /** The page where the URL can be changed. */
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
