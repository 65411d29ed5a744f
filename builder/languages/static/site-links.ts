import { posix } from "node:path";

/**
 * Whether a symlink in a site's sources stays in the site. The file server follows all links, also to files of the
 * image outside the site. Paths are relative to the build context. `root` is the site's folder; empty for the whole
 * context.
 */
export function staysInSite(root: string, path: string, target: string): boolean {
  const inside = root === "" ? "" : `${root}/`;
  // A link outside the site is not copied into it.
  if (!path.startsWith(inside)) return true;
  // After another link, ".." goes to the parent of that link's target. Git tracks no files behind a link, so leading
  // ".." are safe.
  if (posix.isAbsolute(target) || /(?:^|\/)(?!\.{1,2}\/)[^/]+\/(?:.*\/)?\.\.(?:\/|$)/.test(target)) return false;
  const found = posix.normalize(posix.join(posix.dirname(path), target));
  return inside === "" ? !/^\.\.(?:\/|$)/.test(found) : `${found}/`.startsWith(inside);
}

/** Returns a shell command that removes links of a built site that lead out of it. */
export function removeLinksOutOf(folder: string): string {
  const eachLink = `for link; do case "$(readlink -f "$link")" in "$site"/*) ;; *) rm "$link" ;; esac; done`;
  return `find ${folder}/ -type l -exec env "site=$(readlink -f ${folder})" sh -c '${eachLink}' sh {} +`;
}
