/**
 * Normalises a path in a container so that paths can be compared: absolute, without empty parts, dots or a trailing
 * slash.
 */
export function cleanPath(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}

/** Whether `path` is the folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [cleanPath(path), cleanPath(folder)];
  return outer === "/" || inner === outer || inner.startsWith(`${outer}/`);
}
