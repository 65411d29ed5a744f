import { FetchFailed, type FetchTrouble } from "../../ports/git.ts";
import { type GitFailed, lastWords } from "../process/git-failed.ts";

interface Explanation {
  readonly trouble: FetchTrouble;
  readonly message: string;
  readonly hint: string | null;
}

/** Maps messages of git or of the host to explanations; the first match counts. Seen with git 2.39 and github.com. */
const explanations: readonly (Explanation & { readonly pattern: RegExp })[] = [
  {
    pattern: /couldn't find remote ref|no such ref/i,
    trouble: "no-ref",
    message: "the repository has no such branch or tag",
    hint: "Check the tracked branch; it may have been deleted or renamed.",
  },
  {
    pattern: /returned error: 3\d\d|redirect/i,
    trouble: "redirect",
    message: "the host redirects to another address, which Baton does not follow",
    hint: "The repository may have been renamed or moved: set its current URL.",
  },
  {
    pattern:
      /could not read (?:username|password)|authentication failed|returned error: 40[13]|permission denied|access denied/i,
    trouble: "authentication",
    message: "the host requires authentication and rejected the credentials",
    hint: "The repository may be private: set a token here, or add the deploy key there.",
  },
  {
    pattern: /not found|returned error: 404|does not appear to be a git repository|no such repository/i,
    trouble: "not-found",
    message: "the repository does not exist, or Baton has no access to it",
    hint: "Check the URL. Hosts say the same about private repositories, which need a token or a deploy key.",
  },
  {
    pattern: /certificate|ssl|tls/i,
    trouble: "unreachable",
    message: "this server does not trust the host's certificate",
    hint: null,
  },
  {
    pattern:
      /could not resolve|failed to connect|couldn't connect|connection refused|timed out|connection reset|unreachable|too slow|operation too slow/i,
    trouble: "unreachable",
    message: "the host is not responding",
    hint: "Deploy again when it is back.",
  },
];

/** Explains a failed fetch. `said` is what the ssh host printed in addition to git's protocol. */
export function explainFetch(error: GitFailed, said: string): FetchFailed {
  const text = `${said}\n${error.stderr}`;
  const found = explanations.find(({ pattern }) => pattern.test(text));
  const words = plain(said === "" ? lastWords(error.stderr) : lastWords(said));
  return found
    ? new FetchFailed(found.trouble, `${found.message} (${words})`, found.hint, { cause: error })
    : new FetchFailed("other", `git could not fetch: ${words}`, null, { cause: error });
}

/** The host chooses these words, so control characters are removed. */
function plain(words: string): string {
  return words
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 300);
}
