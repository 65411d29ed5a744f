/** A path in a container as one compares it: absolute, without empty parts, dots and a slash at its end. */
export function cleanPath(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}

/** It is the folder, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [cleanPath(path), cleanPath(folder)];
  return outer === "/" || inner === outer || inner.startsWith(`${outer}/`);
}
