import type { Child } from "hono/jsx";

/** A text field for machine-readable values, so the browser neither completes nor corrects it. */
export function TextField(props: {
  readonly name: string;
  readonly label: Child;
  readonly value: string | undefined;
  readonly width?: "grow" | "whole";
  /** Needed if the name alone is not unique on the page. */
  readonly id?: string;
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly pattern?: string;
  /** Explains the pattern in words. */
  readonly title?: string;
  readonly placeholder?: string;
  /** The id of the sentence that says why the value was refused; null if it was not. */
  readonly faultId?: string | null;
}) {
  const { name, label, width, id = name, faultId = null, ...input } = props;
  return (
    <p class={width === undefined ? "field" : `field ${width}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        {...input}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={faultId === null ? undefined : "true"}
        aria-describedby={faultId ?? undefined}
      />
    </p>
  );
}
