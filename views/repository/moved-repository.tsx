import { Icon } from "../ui/icon.tsx";

/**
 * Warns that the webhook reports another repository than the product's. If the repository was renamed, pushes no longer
 * deploy.
 */
export function MovedRepository(props: {
  readonly movedTo: string;
  readonly repository: string;
  /** The page where the URL can be changed; null for those who may not. */
  readonly settings: string | null;
}) {
  const { movedTo, repository, settings } = props;
  return (
    <p class="notice caution">
      <Icon name="warning" />
      <span>
        The webhook now reports <code>{movedTo}</code>, but this product is deployed from <code>{repository}</code>, so
        its pushes deploy nothing. Was the repository renamed?{" "}
        {settings === null ? "A maintainer can set the new URL." : <a href={settings}>Set the new URL</a>}
      </span>
    </p>
  );
}
