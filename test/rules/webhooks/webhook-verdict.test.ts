import { describe, expect, test } from "vitest";
import type { CommitSha, DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import type { DeliveryFacts, InstallationFacts, SourceEvent } from "../../../server/ports/store/deliveries.ts";
import { judgeDelivery } from "../../../server/rules/webhooks/webhook-verdict.ts";

const sha = (letter: string) => letter.repeat(40) as CommitSha;
const at = (deployment: number, letter: string | null) => ({
  deployment: deployment as DeploymentId,
  commit: letter === null ? null : sha(letter),
});
const repository = ["https://github.com/acme/shop", "git@github.com:acme/shop.git"];

const production: InstallationFacts = {
  id: 1 as InstallationId,
  environment: "production",
  branch: "main",
  undecided: null,
  live: null,
  newest: null,
};
const facts = (changes: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  repository: "https://github.com/acme/shop.git",
  paths: [],
  installations: [production],
  earlier: null,
  ...changes,
});
const withProduction = (changes: Partial<InstallationFacts>) =>
  facts({ installations: [{ ...production, ...changes }] });
const push = (changes: Partial<Extract<SourceEvent, { type: "push" }>> = {}): SourceEvent => ({
  type: "push",
  repository,
  ref: "refs/heads/main",
  after: sha("b"),
  defaultBranch: "main",
  message: "Work",
  paths: ["src/index.ts"],
  by: "octocat",
  ...changes,
});
const judge = (event: SourceEvent, given = facts(), again = false) => judgeDelivery(event, again, given);

describe("a push", () => {
  test("of the tracked branch deploys every installation that tracks it", () => {
    const staging = { ...production, id: 2 as InstallationId, environment: "staging" };
    const preview = { ...production, id: 3 as InstallationId, environment: "preview", branch: "next" };
    expect(judge(push(), facts({ installations: [production, staging, preview] }))).toMatchObject({
      outcome: "deployed",
      verdict: "bbbbbbbb on main: queued for production and staging",
      deploys: [1, 2],
      branch: "main",
    });
  });

  test.each([
    "refs/heads/x/main",
    "refs/heads/Main",
    "refs/heads/main2",
    "refs/heads/refs/heads/main",
    "refs/heads/mai",
  ])("of %s does not", (ref) => {
    const judgement = judge(push({ ref }));
    expect([judgement.outcome, judgement.deploys]).toEqual(["ignored", []]);
    expect(judgement.verdict).toMatch(/deploys nothing: main does$/);
  });

  test("of the default branch deploys where nobody has said which branch", () => {
    const untold = withProduction({ branch: null });
    expect(judge(push({ ref: "refs/heads/trunk", defaultBranch: "trunk" }), untold).branch).toBe("trunk");
    expect(judge(push({ ref: "refs/heads/topic", defaultBranch: "trunk" }), untold).outcome).toBe("ignored");
    expect(judge(push({ defaultBranch: null }), untold).outcome).toBe("ignored");
  });

  test.each([
    ["a tag", push({ ref: "refs/tags/v1" }), "tag v1 deploys nothing: only branches do"],
    ["[skip ci]", push({ message: "Typo\n\n[skip ci]" }), "the commit message says [skip ci]"],
    [
      "another repository",
      push({ repository: ["https://github.com/evil/shop"] }),
      "the payload is about https://github.com/evil/shop, but this product is deployed from https://github.com/acme/shop.git: if the repository was renamed or moved, set its new URL",
    ],
    [
      "no repository",
      push({ repository: [] }),
      "the payload names no repository; this product is deployed from https://github.com/acme/shop.git",
    ],
  ])("with %s is ignored, in words", (_what, event, verdict) => {
    expect(judge(event)).toMatchObject({ outcome: "ignored", verdict, deploys: [] });
  });

  test("that changes nothing of the product's paths is ignored, unless nobody knows what it changes", () => {
    const onlyShop = facts({ paths: ["apps/shop/**", "lib/**"] });
    expect(judge(push(), onlyShop).verdict).toBe("no changed file matches apps/shop/** or lib/**");
    expect(judge(push({ paths: ["lib/a.ts"] }), onlyShop).outcome).toBe("deployed");
    expect(judge(push({ paths: null }), onlyShop).outcome).toBe("deployed");
  });

  test("to a product that is pushed here is ignored", () => {
    expect(judge(push(), facts({ repository: null })).outcome).toBe("ignored");
  });
});

describe("a duplicate", () => {
  test("is the same delivery", () => {
    const earlier = { id: 7, deployments: [3 as DeploymentId] };
    expect(judge(push(), facts({ earlier }))).toMatchObject({
      outcome: "duplicate",
      verdict: "the same delivery already arrived as number 7",
      same: [3],
    });
    expect(judge(push(), facts({ earlier }), true).outcome).toBe("deployed");
  });

  test.each([
    ["the live deployment has already", { live: at(4, "b") }],
    ["the newest undecided one has already", { undecided: at(5, "b"), live: at(4, "a") }],
  ])("is a commit that %s", (_what, changes) => {
    expect(judge(push(), withProduction(changes)).outcome).toBe("duplicate");
    expect(judge(push(), withProduction(changes), true).outcome).toBe("duplicate");
  });

  test.each([
    ["a retry after a failure", { live: at(3, "a"), newest: at(4, "b") }],
    ["a force-push back to what was there before", { live: at(4, "c"), newest: at(4, "c") }],
    ["a way back to what is live while another is on its way", { undecided: at(5, "c"), live: at(4, "b") }],
    ["a push while nobody knows yet what is on its way", { undecided: at(5, null), live: at(4, "b") }],
  ])("is not %s", (_what, changes) => {
    expect(judge(push(), withProduction(changes)).outcome).toBe("deployed");
  });

  test("in one environment keeps nothing from another", () => {
    const staging = { ...production, id: 2 as InstallationId, environment: "staging", live: at(4, "b") };
    expect(judge(push(), facts({ installations: [production, staging] })).deploys).toEqual([1]);
  });
});

describe("a tip that Baton saw by itself", () => {
  const tip = (asked: boolean): SourceEvent => ({ type: "tip", branch: "main", commit: sha("b"), asked });

  test("deploys when it is new, and nothing when it is live", () => {
    expect(judge(tip(false)).outcome).toBe("deployed");
    expect(judge(tip(false), withProduction({ live: at(4, "b") })).outcome).toBe("duplicate");
  });

  test("that failed is tried again only when somebody asks", () => {
    const failed = withProduction({ live: at(3, "a"), newest: at(4, "b") });
    expect(judge(tip(false), failed).outcome).toBe("duplicate");
    expect(judge(tip(true), failed).outcome).toBe("deployed");
  });
});

describe("what deploys nothing says why", () => {
  test.each([
    [{ type: "ping", repository } as const, "pong", "the webhook works"],
    [{ type: "ping", repository: [] } as const, "pong", "the webhook works"],
    [
      { type: "delete", kind: "branch", name: "main", repository } as const,
      "ignored",
      "the branch main was deleted: the live version stays live",
    ],
    [
      { type: "delete", kind: "tag", name: "v1", repository } as const,
      "ignored",
      "the tag v1 was deleted: tags deploy nothing",
    ],
    [
      { type: "pull-request", number: 4, action: "ready_for_review", repository } as const,
      "ignored",
      "pull request 4 was ready for review: only pushes deploy",
    ],
    [{ type: "other", name: "star" } as const, "ignored", 'a "star" event deploys nothing'],
  ])("%j", (event, outcome, verdict) => {
    expect(judge(event)).toMatchObject({ outcome, verdict, deploys: [] });
  });

  test("a ping of another repository's webhook", () => {
    expect(judge({ type: "ping", repository: ["https://github.com/acme/other"] }).verdict).toMatch(
      /^the webhook works, but it belongs to/,
    );
  });
});
