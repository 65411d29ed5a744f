const maxLength = 200;

/** Parses a folder of a repository, without slashes around it. Empty means the whole repository; null means invalid. */
export function parseRootDirectory(text: string): string | null {
  const folder = text.trim().replace(/^(?:\.?\/)+|\/+$/g, "");
  if (folder === "" || folder === ".") return "";
  const isPlain =
    !/[\p{Cc}\\]/u.test(folder) && !folder.split("/").some((name) => name === "" || name === "." || name === "..");
  return isPlain && folder.length <= maxLength ? folder : null;
}
