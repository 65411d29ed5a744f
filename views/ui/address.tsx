import { Icon } from "./icon.tsx";

export function Address({ url }: { readonly url: string }) {
  return (
    <a class="address" href={url} rel="noreferrer">
      {url.replace(/^https?:\/\//, "")}
      <Icon name="arrow" />
    </a>
  );
}
