import { parseSlug } from "../../model/product.ts";
import { isGitPath, routes } from "../../routes.ts";

const repositoryPath = /^(.*)\/(?:info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a git client asks for this path. Git shows its user plain text, but no page. */
export function speaksGit(path: string): boolean {
  return isGitPath(path) || repositoryPath.test(path);
}

/**
 * Tells a git client that asked for an unknown repository which URL to use. Null if this path is not one that git asks
 * for.
 */
export function whereToPush(path: string, publicUrl: URL): string | null {
  const folder = repositoryPath.exec(path)?.[1];
  if (folder === undefined) return null;
  const name =
    folder
      .split("/")
      .at(-1)
      ?.replace(/\.git$/, "") ?? "";
  return `There is no repository at this address: use ${new URL(routes.git(parseSlug(name) ?? "my-app"), publicUrl).href}`;
}
