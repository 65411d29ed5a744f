import { posix } from "node:path";

/**
 * Whether a symlink of a site's sources stays within the site: the file server follows all of them, to whatever the
 * image holds beside the site. Paths are relative to the build context; `root` is the site's folder, empty for all of it.
 */
export function staysInSite(root: string, path: string, target: string): boolean {
  const inside = root === "" ? "" : `${root}/`;
  // What lies elsewhere is not copied into the site.
  if (!path.startsWith(inside)) return true;
  // Behind another link, ".." leads to where that one points; Git knows no files behind links, so leading ones are safe.
  if (posix.isAbsolute(target) || /(?:^|\/)(?!\.{1,2}\/)[^/]+\/(?:.*\/)?\.\.(?:\/|$)/.test(target)) return false;
  const found = posix.normalize(posix.join(posix.dirname(path), target));
  return inside === "" ? !/^\.\.(?:\/|$)/.test(found) : `${found}/`.startsWith(inside);
}

/** Shell words that remove the links of a built site that lead out of it. */
export function removeLinksOutOf(folder: string): string {
  const eachLink = `for link; do case "$(readlink -f "$link")" in "$site"/*) ;; *) rm "$link" ;; esac; done`;
  return `find ${folder}/ -type l -exec env "site=$(readlink -f ${folder})" sh -c '${eachLink}' sh {} +`;
}
