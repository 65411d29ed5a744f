/** The exact lines that make a first push, to be copied. */
export function PushLines({ gitUrl, branch }: { readonly gitUrl: string; readonly branch: string }) {
  const [scheme, rest] = gitUrl.split("://");
  const command = `git push ${scheme}://x:TOKEN@${rest} ${branch}`;
  return (
    <div class="copyable">
      <pre id="push-line">{command}</pre>
      <button class="button small with-script" type="button" data-copy="push-line">
        Copy
      </button>
    </div>
  );
}
