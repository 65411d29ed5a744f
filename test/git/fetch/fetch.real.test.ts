import { createHash, randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { utils } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createGit } from "../../../server/git/git.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { isPublicAddress } from "../../../server/model/names/public-address.ts";
import { FetchFailed, type FetchRequest, type Git, type RemoteRepository } from "../../../server/ports/git.ts";
import { readRepositoryUrl } from "../../../server/rules/webhooks/repository-url.ts";
import { createGitClient, type GitClient, temporaryFolder } from "../git-client.ts";
import { gitChildren } from "../processes.ts";
import { type ForgeServer, serveForge } from "../servers/forge-server.ts";
import { product } from "../servers/git-server.ts";
import { newKey, serveSshForge } from "../servers/ssh-forge.ts";

const never = new AbortController().signal;
let forge: ForgeServer;
let client: GitClient;
let folder: string;
let git: Git;
let url: string;
let bare: string;

beforeAll(async () => {
  forge = await serveForge();
  client = await createGitClient();
  folder = await temporaryFolder("baton-fetch-");
  git = createGit({ folder, maxFetchBytes: 8 * 1024 * 1024 });
  ({ url, folder: bare } = await forge.repository("acme/shop"));
});
afterEach(() => {
  forge.token = null;
  forge.answer = null;
});
afterAll(async () => {
  await forge[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function remoteOf(text: string): RemoteRepository {
  const remote = readRepositoryUrl(text, { allowPrivate: true });
  if ("refused" in remote) throw new Error(remote.refused);
  return remote;
}

const request = (changes: Partial<FetchRequest> = {}): FetchRequest => ({
  remote: remoteOf(url),
  ref: "refs/heads/main",
  token: null,
  privateKey: null,
  hostKey: null,
  onHostKey: () => {},
  ...changes,
});
const fetch = (changes: Partial<FetchRequest> = {}) => git.fetch(product, request(changes), never);
const release = async (message: string) => {
  const commit = await client.commit(message, { "index.html": message });
  await client.git("push", "--quiet", "--force", bare, "HEAD:refs/heads/main");
  return commit;
};
const failure = async (attempt: Promise<unknown>): Promise<FetchFailed> => {
  const error = await attempt.then(
    () => new Error("it was fetched"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FetchFailed)) throw error;
  return error;
};

describe("a fetch", () => {
  test("brings the branch's newest commit, and again the next one", async () => {
    const first = await release("one");
    expect(await fetch()).toBe(first);
    const second = await release("two");
    expect(await fetch()).toBe(second);
    expect(await git.isAncestor(product, first as never, second as never)).toBe(true);
    expect((await git.resolve(product, "main", never))?.message).toBe("two");
  });

  test("follows a forced push back, and keeps the commits of deployments", async () => {
    const before = await release("good");
    const bad = await release("bad");
    expect(await fetch()).toBe(bad);
    await git.keepCommit(product, 5 as DeploymentId, bad as never);
    await client.git("reset", "--quiet", "--hard", before);
    await client.git("push", "--quiet", "--force", bare, "HEAD:refs/heads/main");
    expect(await fetch()).toBe(before);
    expect((await git.resolve(product, bad, never))?.sha).toBe(bad);
  });

  test("brings a tag, as the commit that it stands for", async () => {
    const commit = await release("tagged");
    await client.git("tag", "--annotate", "--message=v1", "v1");
    await client.git("push", "--quiet", bare, "v1");
    expect(await fetch({ ref: "refs/tags/v1" })).toBe(commit);
  });

  test("is not kept from it by a branch whose name was in the way", async () => {
    await client.git("push", "--quiet", bare, "HEAD:refs/heads/topic");
    await fetch({ ref: "refs/heads/topic" });
    await client.git("push", "--quiet", bare, ":topic");
    await client.git("push", "--quiet", bare, "HEAD:refs/heads/topic/two");
    expect(await fetch({ ref: "refs/heads/topic/two" })).toBe(await client.git("rev-parse", "HEAD"));
  });

  test("of the same repository, many at once, all come to their end", async () => {
    const commit = await release("at once");
    const all = await Promise.all(Array.from({ length: 8 }, () => fetch()));
    expect(new Set(all)).toEqual(new Set([commit]));
  });

  test("many times over leaves no more packs than git can look through", async () => {
    let commit = "";
    for (let count = 0; count < 45; count++) {
      commit = await release(`pack ${count}`);
      await fetch();
    }
    const names = await readdir(join(folder, `${product}.git`, "objects", "pack"));
    expect(names.filter((name) => name.endsWith(".pack")).length).toBeLessThan(42);
    expect((await git.resolve(product, commit, never))?.message).toBe("pack 44");
  });

  test("shows its token to the host, and to no list of processes", async () => {
    const commit = await release("private");
    forge.token = "ghp_secret";
    expect((await failure(fetch())).trouble).toBe("authentication");
    expect((await failure(fetch({ token: "ghp_wrong" }))).trouble).toBe("authentication");
    expect(await fetch({ token: "ghp_secret" })).toBe(commit);
  });

  test.each([
    ["no such repository", () => ({ remote: remoteOf(url.replace("shop", "nothing")) }), "not-found"],
    ["no such branch", () => ({ ref: "refs/heads/gone" }), "no-ref"],
    ["a port where nobody listens", () => ({ remote: remoteOf("http://127.0.0.1:1/acme/shop.git") }), "unreachable"],
    [
      "a host that is not known",
      () => ({ remote: remoteOf("https://no-such-host.invalid/acme/shop.git") }),
      "unreachable",
    ],
  ])("says in plain words that there is %s", async (_what, changes, trouble) => {
    const error = await failure(fetch(changes()));
    expect(error.trouble).toBe(trouble);
    expect(error.message).not.toMatch(/[\n\r]/);
  });

  test("does not follow the host anywhere else", async () => {
    const metadata: string[] = [];
    await using elsewhere = await serveForge();
    elsewhere.answer = (asked, response) => {
      metadata.push(asked.url ?? "");
      response.end("secrets");
    };
    forge.answer = (asked, response) => {
      response.writeHead(302, { Location: `http://127.0.0.1:${elsewhere.port}${asked.url}` }).end();
    };
    expect((await failure(fetch())).trouble).toBe("redirect");
    expect(metadata).toEqual([]);
  });

  test("ends when the repository is too large, and leaves nothing of it", async () => {
    const big = await forge.repository("acme/big");
    await using other = await createGitClient();
    await other.commit("big", { "film.bin": randomBytes(48 * 1024 * 1024) });
    await other.git("push", "--quiet", big.folder, "HEAD:refs/heads/main");
    // The server sends slowly enough that git sees the pack grow.
    const small = createGit({ folder: join(folder, "small"), maxFetchBytes: 1024 * 1024 });
    const error = await failure(small.fetch(product, request({ remote: remoteOf(big.url) }), never));
    expect([error.trouble, error.message]).toEqual(["too-large", "the repository is larger than 1 MiB when packed"]);
    expect(await gitChildren()).toEqual([]);
    const left = await readdir(join(folder, "small", `${product}.git`, "objects", "pack"));
    expect(left.filter((name) => name.startsWith("tmp_"))).toEqual([]);
  });

  test("ends in its time when the host says nothing, and when it is cancelled, with nothing running on", async () => {
    forge.answer = () => {};
    const hasty = createGit({ folder: join(folder, "hasty"), fetchTimeoutMs: 500 });
    expect((await failure(hasty.fetch(product, request(), never))).trouble).toBe("too-slow");
    const cancel = new AbortController();
    const fetching = git.fetch(product, request(), cancel.signal);
    setTimeout(() => cancel.abort(new Error("cancelled")), 300);
    await expect(fetching).rejects.toThrow("cancelled");
    expect(await gitChildren()).toEqual([]);
  });
});

test("a look says where branches are, and which is the default", async () => {
  const commit = await release("looked at");
  const { defaultBranch, tips } = await git.lookAt(request(), never);
  expect(defaultBranch).toBe("main");
  expect(tips.get("main")).toBe(commit);
});

describe("addresses that are not on the internet", () => {
  const careful = () => createGit({ folder, mayConnectTo: isPublicAddress });

  test.each([
    "https://localhost/a/b.git",
    "https://127.0.0.1/a/b.git",
    "https://[::ffff:127.0.0.1]/a/b.git",
    "https://2130706433/a/b.git",
  ])("%s is refused before anything is sent", async (text) => {
    const before = forge.requests.length;
    const error = await failure(careful().fetch(product, request({ remote: remoteOf(text) }), never));
    expect(error.trouble).toBe("refused-address");
    expect(forge.requests).toHaveLength(before);
  });

  test("a name that ssh would resolve to loopback is refused, too", async () => {
    const remote = { protocol: "ssh", user: "git", host: "2130706433", port: 22, path: "a/b" } as const;
    const error = await failure(careful().fetch(product, request({ remote, privateKey: newKey().private }), never));
    expect(error.trouble).toBe("refused-address");
  });

  test("the address that was looked at is the one that is connected to", async () => {
    const commit = await release("pinned");
    // Only this look-up knows the host, so a connection shows that git makes no look-up of its own.
    const asked: string[] = [];
    const pinning = createGit({
      folder,
      async lookUp(name) {
        asked.push(name);
        return ["127.0.0.1"];
      },
    });
    const remote = remoteOf(`http://forge.invalid:${forge.port}/acme/shop.git`);
    expect(await pinning.fetch(product, request({ remote }), never)).toBe(commit);
    expect(asked).toEqual(["forge.invalid"]);
  });

  test("a name with one address of each kind is refused", async () => {
    const mixed = createGit({
      folder,
      mayConnectTo: isPublicAddress,
      lookUp: async () => ["140.82.112.3", "10.0.0.1"],
    });
    const error = await failure(
      mixed.fetch(product, request({ remote: remoteOf("https://forge.example/a/b") }), never),
    );
    expect(error.message).toBe("forge.example resolves to 10.0.0.1, which is not an address on the internet");
  });
});

describe("by ssh", () => {
  const key = newKey();
  const fingerprint = (host: string) => {
    const parsed = utils.parseKey(host);
    if (parsed instanceof Error) throw parsed;
    return `SHA256:${createHash("sha256").update(parsed.getPublicSSH()).digest("base64").replace(/=+$/, "")}`;
  };
  const over = (port: number, path = "/acme/shop.git") => remoteOf(`ssh://git@127.0.0.1:${port}${path}`);

  test("a deploy key fetches, and the host's key is reported", async () => {
    const commit = await release("by ssh");
    const host = newKey();
    await using ssh = await serveSshForge(bare, key.public, host.private);
    const seen: string[] = [];
    const fetched = await fetch({
      remote: over(ssh.port),
      privateKey: key.private,
      onHostKey: (one) => seen.push(one),
    });
    expect(fetched).toBe(commit);
    expect(seen).toEqual([fingerprint(host.private)]);
    expect(ssh.commands).toEqual(["git-upload-pack '/acme/shop.git'"]);
    await fetch({ remote: over(ssh.port), privateKey: key.private, hostKey: seen[0] ?? "" });
  });

  test("a host with another key than the first time gets nothing", async () => {
    await using ssh = await serveSshForge(bare, key.public);
    const hostKey = fingerprint(newKey().private);
    const error = await failure(fetch({ remote: over(ssh.port), privateKey: key.private, hostKey }));
    expect(error.trouble).toBe("host-key");
    expect(ssh.commands).toEqual([]);
  });

  test("it says that the key is not taken, that there is none, and that there is no such repository", async () => {
    await using ssh = await serveSshForge(bare, key.public);
    const stranger = await failure(fetch({ remote: over(ssh.port), privateKey: newKey().private }));
    expect([stranger.trouble, stranger.message]).toEqual(["authentication", "127.0.0.1 rejected the deploy key"]);
    expect((await failure(fetch({ remote: over(ssh.port) }))).trouble).toBe("authentication");
    const gone = await failure(fetch({ remote: over(ssh.port, "/acme/gone.git"), privateKey: key.private }));
    expect([gone.trouble, gone.message]).toEqual([
      "not-found",
      "the repository does not exist, or Baton has no access to it (ERROR: Repository not found.)",
    ]);
  });

  test("a host that never answers is given up when the deployment is cancelled", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    const { port } = await new Promise<{ port: number }>((resolve) =>
      silent.once("listening", () => resolve(silent.address() as { port: number })),
    );
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(new Error("cancelled")), 300);
    const fetching = git.fetch(product, request({ remote: over(port), privateKey: key.private }), cancel.signal);
    await expect(fetching).rejects.toThrow("cancelled");
    silent.close();
  });
});
