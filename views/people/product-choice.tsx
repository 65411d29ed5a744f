/** Chooses all products or some of them. Nothing checked means all. */
export function ProductChoice(props: {
  readonly all: readonly string[];
  readonly chosen: readonly string[] | null;
  readonly legend: string;
}) {
  const { all, chosen, legend } = props;
  if (all.length === 0) return null;
  return (
    <details class="choice" open={chosen !== null}>
      <summary>
        {legend}: {chosen === null ? "all" : chosen.join(", ") || "none that still exists"}
      </summary>
      <p class="muted small">Check the ones to limit it to. With none checked it is for all, future ones included.</p>
      <div class="choice-list">
        {all.map((slug) => (
          <label class="check">
            <input type="checkbox" name="products" value={slug} checked={chosen?.includes(slug) ?? false} />
            {slug}
          </label>
        ))}
      </div>
    </details>
  );
}
