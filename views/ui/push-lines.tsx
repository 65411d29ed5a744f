import { routes } from "../../server/routes.ts";
import type { Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";

/** Says what stands for TOKEN in the lines. */
export function TokenHint({ reader }: { readonly reader: Pick<Reader, "allowed"> }) {
  return (
    <>
      Replace TOKEN with{" "}
      {offers(reader, routes.tokens.get) ? <a href={routes.tokens()}>a token of yours</a> : "a token of yours"} that has
      the scope <code>git:push</code>.
    </>
  );
}

/** The exact commands for a push, to copy. */
export function PushLines({ gitUrl, branch }: { readonly gitUrl: string; readonly branch: string }) {
  return <CopyLines id="push-line" lines={[pushLine(gitUrl, branch)]} />;
}

export function pushLine(gitUrl: string, branch: string): string {
  const [scheme, rest] = gitUrl.split("://");
  return `git push ${scheme}://x:TOKEN@${rest} ${branch}`;
}

/** Lines to copy into a terminal. */
export function CopyLines({ id, lines }: { readonly id: string; readonly lines: readonly string[] }) {
  return (
    <div class="copyable">
      <pre id={id}>{lines.join("\n")}</pre>
      <button class="button small with-script" type="button" data-copy={id}>
        Copy
      </button>
    </div>
  );
}
