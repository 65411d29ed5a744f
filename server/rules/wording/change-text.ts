/** A setting as the activity log tells it. Null where nothing is set. A list is told by what was added and removed. */
export type Told = string | number | boolean | null | readonly string[];

/** The longest text that an entry of the activity log has. A pasted file of variables may have thousands of names. */
const longestText = 4_000;

/** "branch: main → develop; domains of web: added example.com". Empty when nothing differs. */
export function changeText(before: Readonly<Record<string, Told>>, after: Readonly<Record<string, Told>>): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return clipped(names.flatMap((name) => differenceIn(name, before[name] ?? null, after[name] ?? null)).join("; "));
}

/** "added A, B; changed C; removed D". Empty when there are none. */
export function namesText(
  names: Readonly<Partial<Record<"added" | "changed" | "removed", readonly string[]>>>,
): string {
  const parts = Object.entries(names).filter(([, some]) => some.length > 0);
  return clipped(parts.map(([what, some]) => `${what} ${some.join(", ")}`).join("; "));
}

function differenceIn(name: string, before: Told, after: Told): readonly string[] {
  if (isList(before) || isList(after)) {
    const [old, now] = [listOf(before), listOf(after)];
    const added = now.filter((one) => !old.includes(one));
    const removed = old.filter((one) => !now.includes(one));
    const text = namesText({ added, removed }).replace("; ", ", ");
    return text === "" ? [] : [`${name}: ${text}`];
  }
  return wordOf(before) === wordOf(after) ? [] : [`${name}: ${wordOf(before)} → ${wordOf(after)}`];
}

const isList = (value: Told): value is readonly string[] => Array.isArray(value);
const listOf = (value: Told): readonly string[] => (isList(value) ? value : []);

function wordOf(value: Told): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return value === null || value === "" ? "none" : String(value);
}

function clipped(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 2)} …`;
}
