import { parseSlug } from "../../model/product.ts";
import { isGitPath, routes } from "../../routes.ts";

const repositoryPath = /^(.*)\/(?:info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a git client asks for this path: it shows its user what is plain text, and no page. */
export function speaksGit(path: string): boolean {
  return isGitPath(path) || repositoryPath.test(path);
}

/** What a git client is told that asks where no repository is: the address to use. Null: this is not git's kind of path. */
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
