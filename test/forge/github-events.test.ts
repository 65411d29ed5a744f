import { createHmac } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import { readEvent } from "../../server/forge/github/events.ts";
import { createGitHub } from "../../server/forge/github/github.ts";
import { verifySignature } from "../../server/forge/github/signature.ts";
import { UnreadableDelivery } from "../../server/ports/forge.ts";

const all = examples.flatMap(({ name, examples: payloads }) =>
  payloads.map((payload, index) => ({ name, index, payload: payload as unknown })),
);
const of = (wanted: string) => all.filter(({ name }) => name === wanted).map(({ payload }) => payload);

describe("every payload that GitHub publishes", () => {
  test("is read without trouble", () => {
    expect(all.length).toBeGreaterThan(200);
    for (const { name, payload } of all) expect(readEvent(name, payload).type).toBeTruthy();
  });

  test("a push names repository, branch, commit and files", () => {
    const [event] = of("push").map((payload) => readEvent("push", payload));
    expect(of("push").length).toBeGreaterThan(3);
    expect(event).toMatchObject({
      repository: expect.arrayContaining([expect.stringMatching(/^https:\/\/github\.com\//)]),
    });
    const types = of("push").map((payload) => readEvent("push", payload).type);
    expect(new Set(types)).toEqual(new Set(["push", "delete"]));
  });

  test("pings, deletions and pull requests are distinguished", () => {
    for (const payload of of("ping")) expect(readEvent("ping", payload).type).toBe("ping");
    for (const payload of of("delete"))
      expect(readEvent("delete", payload)).toMatchObject({ type: "delete", kind: "tag" });
    for (const payload of of("pull_request")) expect(readEvent("pull_request", payload).type).toBe("pull-request");
    expect(readEvent("star", {})).toEqual({ type: "other", name: "star" });
  });
});

describe("the files of a push", () => {
  const commit = { message: "", added: ["a"], removed: ["b"], modified: ["c", "a"] };
  const push = (changes: object) => ({
    ref: "refs/heads/main",
    before: "a".repeat(40),
    after: "b".repeat(40),
    repository: { clone_url: "https://github.com/acme/shop.git" },
    commits: [commit],
    ...changes,
  });
  const paths = (changes: object) => {
    const event = readEvent("push", push(changes));
    return event.type === "push" ? event.paths : "no push";
  };

  test("are all that its commits name", () => {
    expect(paths({})).toEqual(["a", "b", "c"]);
  });

  test.each([
    ["a new branch", { before: "0".repeat(40) }],
    ["a forced push", { forced: true }],
    ["no commits", { commits: [] }],
    ["as many commits as GitHub names", { commits: Array.from({ length: 2_048 }, () => commit) }],
    ["too many files", { commits: [{ ...commit, added: Array.from({ length: 4_000 }, (_, index) => `f${index}`) }] }],
  ])("are not known of %s", (_what, changes) => {
    expect(paths(changes)).toBeNull();
  });

  test.each([
    ["no object", null],
    ["no repository", { ref: "refs/heads/main" }],
    ["no commit id", push({ after: "--upload-pack=x" })],
    ["a number for a ref", push({ ref: 7 })],
  ])("that is %s is refused", (_what, payload) => {
    expect(() => readEvent("push", payload)).toThrow(UnreadableDelivery);
  });
});

describe("a signature", () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const secret = "It's a Secret to Everybody";
  const body = Buffer.from("Hello, World!");
  const right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  test("is right over exactly these bytes", () => {
    expect(verifySignature(right, body, secret)).toBe("genuine");
    expect(verifySignature(right, Buffer.from("Hello, World! "), secret)).toBe("wrong");
  });

  test("is missing where there is none", () => {
    expect(verifySignature(null, body, secret)).toBe("missing");
    expect(verifySignature("", body, secret)).toBe("missing");
  });

  test.each([
    right.slice(0, -1),
    `${right}0`,
    right.toUpperCase(),
    right.replace("sha256=", ""),
    right.replace("sha256=", "sha1="),
    "sha256=",
    `sha256=${"0".repeat(64)}`,
    `${right} `,
    `${right}, ${right}`,
  ])("%j is wrong", (header) => {
    expect(verifySignature(header, body, secret)).toBe("wrong");
  });

  test("made with an empty secret is wrong, however well it fits", () => {
    const empty = `sha256=${createHmac("sha256", "").update(body).digest("hex")}`;
    expect(verifySignature(empty, body, "")).toBe("wrong");
  });
});

describe("GitHub is home", () => {
  const own = createGitHub();
  test.each(["https://github.com/acme/shop.git", "git@github.com:acme/shop.git", "ssh://git@github.com/acme/shop"])(
    "of %s",
    (url) => {
      expect(own.isHomeOf(url)).toBe(true);
    },
  );
  test.each([
    "https://gitlab.com/acme/shop",
    "https://github.com.evil.example/acme/shop",
    "https://evil.example/github.com/acme/shop",
  ])("not of %s: no token goes to GitHub for it", (url) => {
    expect(own.isHomeOf(url)).toBe(false);
  });

  const server = createGitHub({ apiUrl: "https://git.example.com/api/v3" });
  test.each(["https://git.example.com/acme/shop.git", "git@git.example.com:acme/shop", "https://GIT.example.com/a/b"])(
    "a server of one's own is home of %s",
    (url) => {
      expect(server.isHomeOf(url)).toBe(true);
    },
  );
  test.each([
    "https://github.com/acme/shop",
    "https://gitlab.com/acme/shop",
    "https://git.example.com.evil.example/acme/shop",
    "https://git.example.com@evil.example/acme/shop",
    "https://evil.example/git.example.com/acme/shop",
  ])("a server of one's own is not home of %s: its tokens stay away", (url) => {
    expect(server.isHomeOf(url)).toBe(false);
  });

  test("a company's place at GHE.com is home of what lies there", () => {
    const company = createGitHub({ apiUrl: "https://api.octocorp.ghe.com" });
    expect(company.isHomeOf("https://octocorp.ghe.com/acme/shop")).toBe(true);
    expect(company.isHomeOf("https://github.com/acme/shop")).toBe(false);
  });
});
