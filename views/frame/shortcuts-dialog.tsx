const shortcuts: readonly (readonly [string, string])[] = [
  ["1 … 7", "Tabs of a product"],
  ["/", "Search a log"],
  ["n, shift n", "Next and previous match"],
  ["e", "First error in a log"],
  ["f", "Follow a log"],
  ["p", "Pause or resume live logs"],
  ["w", "Wrap long lines"],
  ["?", "This help"],
];

/** Lists the keyboard shortcuts. The keys themselves are set by `data-shortcut` on the elements that they press. */
export function ShortcutsDialog(props: {
  readonly sections: readonly { readonly shortcut: string; readonly name: string }[];
}) {
  const all = [...props.sections.map(({ shortcut, name }) => [shortcut, name] as const), ...shortcuts];
  return (
    <dialog id="shortcuts" class="dialog" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl class="keys">
        {all.map(([keys, what]) => (
          <div>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="with-script">
        <label>
          <input type="checkbox" checked data-shortcuts-on="" /> Use these shortcuts in this browser
        </label>
      </p>
      <form method="dialog">
        <button class="button" type="submit">
          Close
        </button>
      </form>
    </dialog>
  );
}
