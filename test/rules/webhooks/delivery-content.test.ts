import { describe, expect, test } from "vitest";
import { parseRootDirectory } from "../../../server/rules/settings/root-directory.ts";
import { maxShownBody, shownBody, shownHeaders } from "../../../server/rules/webhooks/delivery-content.ts";
import { skipMarker } from "../../../server/rules/webhooks/skip-marker.ts";

describe("what the ledger shows of a delivery", () => {
  test("leaves out signatures, tokens, cookies and the way it took", () => {
    const headers = new Headers({
      "Content-Type": "application/json",
      "X-GitHub-Event": "push",
      "X-GitHub-Delivery": "72d3162e",
      "X-Hub-Signature-256": "sha256=canary",
      "X-Hub-Signature": "sha1=canary",
      "X-Gitlab-Token": "canary",
      Authorization: "Bearer canary",
      Cookie: "canary",
      "X-Forwarded-For": "canary",
    });
    expect(shownHeaders(headers)).toEqual({
      "content-type": "application/json",
      "x-github-delivery": "72d3162e",
      "x-github-event": "push",
    });
  });

  test("leaves out what is called a secret, at any depth, and our own wherever it stands", () => {
    const body = JSON.stringify({
      hook: { config: { secret: "canary", url: "https://x" } },
      access_token: "canary",
      tokens_url: "https://api.github.com/tokens",
      note: "the secret is 0123456789abcdef",
      password: 7,
    });
    const shown = shownBody(body, ["0123456789abcdef"]);
    expect(shown).not.toMatch(/canary|0123456789abcdef/);
    expect(JSON.parse(shown)).toMatchObject({
      hook: { config: { secret: "(removed)", url: "https://x" } },
      password: 7,
    });
  });

  test("is cut", () => {
    expect(shownBody(JSON.stringify("x".repeat(200_000)), [])).toHaveLength(maxShownBody);
    expect(shownBody("not JSON", [])).toBe("not JSON");
  });
});

test.each([
  ["Fix it [skip ci]", "[skip ci]"],
  ["[CI Skip] fix", "[CI Skip]"],
  ["a\n\nlong\n[skip deploy]", "[skip deploy]"],
  ["[no ci]", "[no ci]"],
  ["skip ci", null],
  ["[skip  ci]", null],
  ["[skipci]", null],
])("%j asks for no deployment with %j", (message, marker) => {
  expect(skipMarker(message)).toBe(marker);
});

test.each([
  ["", ""],
  [".", ""],
  ["/", ""],
  ["./apps/shop/", "apps/shop"],
  ["/apps", "apps"],
  ["../up", null],
  ["a/../b", null],
  ["a//b", null],
  ["a\\b", null],
  ["a\0b", null],
])("the root directory %j is %j", (text, folder) => {
  expect(parseRootDirectory(text)).toBe(folder);
});
