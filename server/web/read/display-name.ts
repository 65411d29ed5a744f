/** Turns "my-api" into "My Api". */
export function displayName(name: string): string {
  return name
    .split(/[-_. ]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}
