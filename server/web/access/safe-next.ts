const here = "http://here.invalid";

/** Where to go after signing in: a path of this site, or home. Anything that a browser could read as another site is refused. */
export function safeNext(next: string | undefined): string {
  // Browsers drop tabs and line breaks inside URLs and read `\` as `/`: what looks like a path may name a host.
  if (!next || !/^\/[\x21-\x7e]*$/.test(next) || next.includes("\\") || next.startsWith("//")) return "/";
  if (!URL.canParse(next, here)) return "/";
  const url = new URL(next, here);
  // "/.//evil" is on this site, but shortens to "//evil", which is not.
  const isOurs = url.origin === here && !url.pathname.startsWith("//");
  return isOurs ? url.pathname + url.search : "/";
}
