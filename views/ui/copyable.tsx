/** A text to copy. The button appears only if scripts run. */
export function Copyable({ id, text, label }: { readonly id: string; readonly text: string; readonly label: string }) {
  return (
    <div class="copyable">
      <pre id={id}>{text}</pre>
      <button class="button small with-script" type="button" data-copy={id}>
        Copy<span class="visually-hidden"> {label}</span>
      </button>
    </div>
  );
}
