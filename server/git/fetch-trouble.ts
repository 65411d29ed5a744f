import { FetchFailed, type FetchTrouble } from "../ports/git.ts";
import { type GitFailed, lastWords } from "./git-failed.ts";

interface Explanation {
  readonly trouble: FetchTrouble;
  readonly message: string;
  readonly hint: string | null;
}

/** What git, or the host, says; the first that fits counts. Seen with git 2.39 and github.com. */
const explanations: readonly (Explanation & { readonly pattern: RegExp })[] = [
  {
    pattern: /couldn't find remote ref|no such ref/i,
    trouble: "no-ref",
    message: "the repository has no such branch or tag",
    hint: "Check the branch that is tracked; it may have been deleted or renamed.",
  },
  {
    pattern: /returned error: 3\d\d|redirect/i,
    trouble: "redirect",
    message: "the host sends on to another address, which is not followed",
    hint: "The repository may have been renamed or moved: set the URL that it has now.",
  },
  {
    pattern:
      /could not read (?:username|password)|authentication failed|returned error: 40[13]|permission denied|access denied/i,
    trouble: "authentication",
    message: "the host wants to know who is asking, and does not take the answer",
    hint: "The repository may be private: give its token, or add its deploy key there.",
  },
  {
    pattern: /not found|returned error: 404|does not appear to be a git repository|no such repository/i,
    trouble: "not-found",
    message: "there is no such repository, or it may not be seen",
    hint: "Check the URL. Hosts say the same of private repositories: then a token or deploy key is needed.",
  },
  {
    pattern: /certificate|ssl|tls/i,
    trouble: "unreachable",
    message: "the host's certificate is not one that this server trusts",
    hint: null,
  },
  {
    pattern:
      /could not resolve|failed to connect|couldn't connect|connection refused|timed out|connection reset|unreachable|too slow|operation too slow/i,
    trouble: "unreachable",
    message: "the host does not answer",
    hint: "Deploy again when it does.",
  },
];

/** `said` is what the ssh host printed beside git. */
export function explainFetch(error: GitFailed, said: string): FetchFailed {
  const text = `${said}\n${error.stderr}`;
  const found = explanations.find(({ pattern }) => pattern.test(text));
  const words = plain(said === "" ? lastWords(error.stderr) : lastWords(said));
  return found
    ? new FetchFailed(found.trouble, `${found.message} (${words})`, found.hint, { cause: error })
    : new FetchFailed("other", `git could not fetch: ${words}`, null, { cause: error });
}

/** The host chooses these words. */
function plain(words: string): string {
  return words
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 300);
}
