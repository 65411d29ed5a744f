const here = "http://here.invalid";

/**
 * Returns where to go after signing in: a path of this site, or home. Refuses everything that a browser could read as
 * another site.
 */
export function safeNext(next: string | undefined): string {
  // Browsers drop tabs and line breaks inside URLs and read `\` as `/`, so something that looks like a path may name a
  // host.
  if (!next || !/^\/[\x21-\x7e]*$/.test(next) || next.includes("\\") || next.startsWith("//")) return "/";
  if (!URL.canParse(next, here)) return "/";
  const url = new URL(next, here);
  // "/.//evil" is on this site, but normalises to "//evil", which is not.
  const isOurs = url.origin === here && !url.pathname.startsWith("//");
  return isOurs ? url.pathname + url.search : "/";
}
