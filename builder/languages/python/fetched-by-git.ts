import type { SourceTree } from "../../plan/plan.ts";
import { readLists } from "./python-packages.ts";

/** `shared @ git+https://example.com/team/shared.git@v1`, or `{ git = "https://example.com/team/shared" }`. */
const fetched =
  /git\+(?:https?|ssh|git):\/\/\S*?([\w.-]+?)(?:\.git)?(?=[@#"'\s,;]|$)(?!@\S*[/:])|\bgit\s*=\s*["']\S*?([\w.-]+?)(?:\.git)?["']/m;

/** A package that installing wants git for, as far as the app's lists tell; null: none. */
export async function fetchedByGit(tree: SourceTree): Promise<string | null> {
  const found = fetched.exec(await readLists(tree));
  return found?.[1] ?? found?.[2] ?? null;
}
