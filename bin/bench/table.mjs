// The one table of a run of npm run bench.

/** Figures by the name of their measurement: those of a whole run, or of a file that one measurement wrote. */
export function figuresOf(run) {
  return run.results ?? { [run.name]: run.figures };
}

/** `before` holds the figures of an earlier run; null compares with none. */
export function tableOf(results, before = null) {
  const head = ["", "median", "p99", "n", "to goal", "goal", "", ...(before ? ["before", "now/before"] : [])];
  const rows = Object.entries(results).flatMap(([name, figures]) => [
    [`${name}:`],
    ...Object.entries(figures).map(([what, figure]) => rowOf(what, figure, before && (before[name]?.[what] ?? null))),
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

function rowOf(what, figure, before) {
  const { median, p99, count, goal } = figure;
  const parts = goal ? Object.entries(goal) : [];
  const ratio = Math.max(...parts.filter(([, limit]) => limit > 0).map(([of, limit]) => figure[of] / limit));
  return [
    `  ${what}`,
    ...[number(median), number(p99), String(count)],
    Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "",
    parts.map(([of, limit]) => `${of} ${number(limit)}`).join(", "),
    goal ? (isMet(figure) ? "met" : "NOT MET") : "",
    ...(before
      ? [number(before.median), isNumber(median / before.median) ? `${(median / before.median).toFixed(2)}x` : ""]
      : []),
  ];
}

/** Whether each part of a figure's goal is met. What was not measured meets none. */
export function isMet(figure) {
  return Object.entries(figure.goal ?? {}).every(([of, limit]) => isNumber(figure[of]) && figure[of] <= limit);
}

/** A figure without samples is NaN, which JSON knows as null. */
const isNumber = (value) => Number.isFinite(value);

function number(value) {
  if (!isNumber(value)) return "–";
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(2) : value.toFixed(0);
}
