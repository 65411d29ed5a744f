import type { SourceTree } from "../../plan/plan.ts";
import { readLists } from "./python-packages.ts";

/** Matches `shared @ git+https://example.com/team/shared.git@v1` and `{ git = "https://example.com/team/shared" }`. */
const fetched =
  /git\+(?:https?|ssh|git):\/\/\S*?([\w.-]+?)(?:\.git)?(?=[@#"'\s,;]|$)(?!@\S*[/:])|\bgit\s*=\s*["']\S*?([\w.-]+?)(?:\.git)?["']/m;

/** Returns a package whose installation needs git, as far as the app's lists tell; null when there is none. */
export async function fetchedByGit(tree: SourceTree): Promise<string | null> {
  const found = fetched.exec(await readLists(tree));
  return found?.[1] ?? found?.[2] ?? null;
}
