import { sentence } from "../text/capital.ts";
import { Icon } from "./icon.tsx";

/** Says on a page that what a form asked for was done. Null says nothing. */
export function Notice({ text }: { readonly text: string | null }) {
  return text ? (
    <p class="notice" role="status">
      {text}
    </p>
  ) : null;
}

/** Says on a page why what a form asked for was not done. Null says nothing. */
export function Fault({ text }: { readonly text: string | null }) {
  return text ? (
    <p class="verdict tone-bad" role="alert">
      <Icon name="warning" />
      {sentence(text)}
    </p>
  ) : null;
}
