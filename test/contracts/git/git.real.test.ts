import { rm } from "node:fs/promises";
import { describe } from "vitest";
import { createGit } from "../../../server/git/git.ts";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import type { RemoteRepository } from "../../../server/ports/git.ts";
import { readRepositoryUrl } from "../../../server/rules/webhooks/repository-url.ts";
import { createGitClient, type GitClient, temporaryFolder } from "../../git/git-client.ts";
import { serveForge } from "../../git/servers/forge-server.ts";
import { serveGit } from "../../git/servers/git-server.ts";
import { type Files, gitContract } from "./git.ts";

const asNobody = { token: null, privateKey: null, hostKey: null };

describe.each([
  ["git", false],
  ["git that is kept between reads", true],
])("%s", (_, isKept) => {
  gitContract(async () => {
    const folder = await temporaryFolder("baton-git-");
    const closing = new AbortController();
    const git = createGit({ folder, ...(isKept && { closing: closing.signal }) });
    const client = await createGitClient();
    const forge = await serveForge();
    const elsewhere = await forge.repository("acme/shop");
    return {
      git,
      commit: (files, options = {}) => commitOf(client, files, options),
      async push(product, branch, to, redirect = new Map()) {
        await using server = await serveGit(git, () => ({ redirect }), product);
        await client.tryGit(["push", "--force", server.url, `${to ?? ""}:refs/heads/${branch}`]);
        const [stored] = server.stored;
        if (!stored) throw new Error("nothing was pushed");
        return stored;
      },
      remote: {
        request: { remote: remoteOf(elsewhere.url), ...asNobody },
        missing: { remote: remoteOf(elsewhere.url.replace("shop", "none")), ...asNobody },
        move: async (branch, to) =>
          void (await client.git("push", "--quiet", "--force", elsewhere.folder, `${to}:refs/heads/${branch}`)),
      },
      async [Symbol.asyncDispose]() {
        await forge[Symbol.asyncDispose]();
        await client[Symbol.asyncDispose]();
        closing.abort(new Error("the test is over"));
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});

function remoteOf(url: string): RemoteRepository {
  const remote = readRepositoryUrl(url, { allowPrivate: true });
  if ("refused" in remote) throw new Error(remote.refused);
  return remote;
}

let refs = 0;

/** Makes a commit of exactly these files, in any folders, without a working tree. */
async function commitOf(
  client: GitClient,
  files: Files,
  { message = "A change", parent = null }: { readonly message?: string; readonly parent?: CommitSha | null },
): Promise<CommitSha> {
  const ref = `refs/made/${++refs}`;
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const changes = Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`);
  const input = [
    `commit ${ref}\n`,
    `author Ada Löwe <ada@example.org> ${1_700_000_000 + refs} +0000\n`,
    `committer Ada Löwe <ada@example.org> ${1_700_000_000 + refs} +0000\n`,
    data(message),
    parent === null ? "" : `from ${parent}\n`,
    "deleteall\n",
    ...changes,
  ].join("");
  const { exitCode, stderr } = await client.tryGit(["fast-import", "--quiet"], { input });
  if (exitCode !== 0) throw new Error(stderr);
  return (await client.git("rev-parse", ref)) as CommitSha;
}
