import { expect, test } from "vitest";
import type { Commit, Queued } from "../../../server/model/deployment/deployment.ts";
import type { DeploymentContext } from "../../../server/pipeline/context/context.ts";
import { fetchSource } from "../../../server/pipeline/source/fetch-source.ts";
import { FetchFailed } from "../../../server/ports/git.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

const signal = new AbortController().signal;

/** The refs that are requested from a repository that has a tag of every name and no branch. */
async function refsAskedFor(
  request: Pick<Queued, "trigger" | "ref"> & { readonly commit?: Commit },
): Promise<readonly string[]> {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const samples = createSamples(store, clock);
  const { product, installation } = await samples.product("shop");
  const refs: string[] = [];
  const fakeGit = createFakeGit();
  if (request.commit) fakeGit.commits.set(request.commit.sha, { ...request.commit, message: "Here already" });
  const git: DeploymentContext["git"] = {
    ...fakeGit,
    async fetch(_product, { ref }) {
      refs.push(ref);
      throw new FetchFailed("no-ref", `there is no ${ref}`, null);
    },
  };
  const context = {
    ...{ git, store, limits: { allowPrivateRepositories: false }, signal },
    deployment: samples.building(installation, { commit: null, ...request }),
    product: { ...product, repository: "https://github.com/acme/shop" },
    installation: { ...installation, branch: "main" },
    journal: { stage() {} },
  } as unknown as DeploymentContext;
  await expect(fetchSource(context)).rejects.toThrow("there is no");
  return refs;
}

test("a tag is fetched where somebody asked for its name", async () => {
  expect(await refsAskedFor({ trigger: "api", ref: "v1" })).toEqual(["refs/heads/v1", "refs/tags/v1"]);
});

test.each([
  ["webhook", "main"],
  ["webhook", "v1"],
  ["api", "main"],
  ["redeploy", "main"],
  ["redeploy", null],
] as const)("no tag stands in for the branch of a %s deployment of %s", async (trigger, ref) => {
  expect(await refsAskedFor({ trigger, ref })).toEqual([`refs/heads/${ref ?? "main"}`]);
});

const commit: Commit = { sha: "c".repeat(40) as Commit["sha"], message: "", author: "" };

test("a commit that was asked for with a ref is looked for in that, be it a branch or a tag", async () => {
  expect(await refsAskedFor({ trigger: "api", ref: "v1", commit })).toEqual(["refs/heads/v1", "refs/tags/v1"]);
});

test("a commit that was fetched before is not fetched again", async () => {
  const fetched = { ...commit, message: "Here already" };
  for (const trigger of ["api", "rollback"] as const)
    await expect(refsAskedFor({ trigger, ref: "main", commit: fetched })).rejects.toThrow("promise resolved");
});

test("a short id that names no branch is found in the tracked branch, when it is unambiguous", async () => {
  const store = createFakeStore(createFakeClock());
  const samples = createSamples(store, createFakeClock());
  const { product, installation } = await samples.product("shop");
  const fakeGit = createFakeGit();
  const [older, tip] = ["abcd1".padEnd(40, "0"), "abcd2".padEnd(40, "0")] as [Commit["sha"], Commit["sha"]];
  for (const sha of [older, tip]) fakeGit.commits.set(sha, { sha, message: "Fetched", author: "" });
  const git: DeploymentContext["git"] = {
    ...fakeGit,
    isAncestor: async () => true,
    async fetch(_product, { ref }) {
      if (ref === "refs/heads/main") return tip;
      throw new FetchFailed("no-ref", `there is no ${ref}`, null);
    },
  };
  const fetched = (ref: string) => {
    const context = {
      ...{ git, store, limits: { allowPrivateRepositories: false }, signal },
      deployment: samples.building(installation, { commit: null, trigger: "api", ref }),
      product: { ...product, repository: "https://github.com/acme/shop" },
      installation: { ...installation, branch: "main" },
      journal: { stage() {} },
    } as unknown as DeploymentContext;
    return fetchSource(context);
  };
  expect((await fetched("ABCD1")).sha).toBe(older);
  await expect(fetched("abcd")).rejects.toThrow('"abcd" is ambiguous');
  await expect(fetched("ffff")).rejects.toThrow("there is no refs/tags/ffff");
});
