import { describe, expect, test } from "vitest";
import {
  isSameRepository,
  readRepositoryUrl,
  repositoryKey,
  withoutCredentials,
  writtenUrl,
} from "../../../server/rules/webhooks/repository-url.ts";

const read = (text: string, allowPrivate = false) => readRepositoryUrl(text, { allowPrivate });

describe("the URL of a repository", () => {
  test.each([
    ["https://github.com/acme/shop.git", "https://github.com/acme/shop.git"],
    ["HTTPS://GitHub.com/acme/shop", "https://github.com/acme/shop"],
    ["https://git.example.com:8443/a/b/c", "https://git.example.com:8443/a/b/c"],
    ["ssh://git@github.com/acme/shop.git", "ssh://git@github.com/acme/shop.git"],
    ["ssh://git@git.example.com:2222/acme/shop.git", "ssh://git@git.example.com:2222/acme/shop.git"],
    ["git@github.com:acme/shop.git", "ssh://git@github.com/acme/shop.git"],
    ["https://github.com./acme/shop", "https://github.com/acme/shop"],
    ["ssh://git@github.com./acme/shop", "ssh://git@github.com/acme/shop"],
    ["git@github.com.:acme/shop", "ssh://git@github.com/acme/shop"],
  ])("%s is one", (text, written) => {
    const remote = read(text);
    expect("refused" in remote ? remote.refused : writtenUrl(remote)).toBe(written);
  });

  test.each([
    "",
    "shop",
    "/srv/git/shop.git",
    "file:///etc/passwd",
    "ext::sh -c 'touch /tmp/x'",
    "git://github.com/acme/shop.git",
    "--upload-pack=touch /tmp/x",
    "ssh://-oProxyCommand=id/x",
    "-oProxyCommand=id@host:path",
    "https://user:secret@github.com/acme/shop.git",
    "https://token@github.com/acme/shop.git",
    "https://github.com/acme/shop.git?x=1",
    "https://github.com/acme/shop.git#main",
    "https://github.com/acme/shop\n.git",
    "https://github.com/acme/$(id)`id`.git",
    "https://github.com/",
    "https:///acme/shop",
    "https://github.com/acme/..%2f..%2fx\\y",
    "git@github.com://x",
    "https://github.com../acme/shop",
    `https://github.com/${"a".repeat(500)}`,
  ])("%j is none", (text) => {
    expect(read(text, true)).toEqual({
      refused:
        "enter an https:// or ssh:// URL without a token or password in it, such as https://github.com/you/app.git",
    });
  });

  test.each([
    "https://localhost/acme/shop",
    "https://127.0.0.1/acme/shop",
    "https://localhost./acme/shop",
    "https://127.1/acme/shop",
    "https://2130706433/acme/shop",
    "https://0x7f000001/acme/shop",
    "https://[::1]/acme/shop",
    "https://[::ffff:127.0.0.1]/acme/shop",
    "https://[::ffff:7f00:1]/acme/shop",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/x/y",
    "https://10.0.0.1/acme/shop",
    "https://192.168.1.1/acme/shop",
    "https://[fd00::1]/acme/shop",
    "https://printer.local/acme/shop",
    "https://gitlab/acme/shop",
    "ssh://git@127.0.0.1/acme/shop",
    "ssh://git@2130706433/acme/shop",
    "git@localhost:acme/shop",
  ])("%s leads into a private network, which somebody must have allowed", (text) => {
    expect(read(text)).toEqual({ refused: expect.stringMatching(/is not an address on the internet/) });
    expect(read(text, true)).not.toHaveProperty("refused");
  });

  test("plain http is for private networks alone", () => {
    expect(read("http://github.com/acme/shop")).toEqual({ refused: expect.stringMatching(/plain http/) });
    expect(read("http://github.com/acme/shop", true)).toMatchObject({ protocol: "http", port: 80 });
  });
});

test.each([
  ["https://github.com/acme/shop", "https://github.com/acme/shop"],
  ["https://user:canary@github.com/acme/shop", "https://github.com/acme/shop"],
  ["https://canary@github.com/acme/shop", "https://github.com/acme/shop"],
  ["https://user:can/ary@github.com/acme/shop", "https://github.com/acme/shop"],
  ["https://git.example.com/shop?private_token=canary", "https://git.example.com/shop"],
  ["https://git.example.com/shop#canary@x", "https://x"],
  ["user:canary@github.com/acme/shop", "github.com/acme/shop"],
  ["ssh://git:canary@github.com/acme/shop", "ssh://github.com/acme/shop"],
  ["ssh://git@github.com/acme/shop", "ssh://git@github.com/acme/shop"],
  ["git@github.com:acme/shop.git", "git@github.com:acme/shop.git"],
  ["", ""],
])("%s is shown as %s", (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});

describe("two URLs of one repository", () => {
  const forms = [
    "https://github.com/Acme/Shop",
    "https://github.com/acme/shop.git",
    "https://github.com/acme/shop/",
    "git@github.com:acme/shop.git",
    "ssh://git@github.com:22/acme/shop.git",
    "http://github.com:80/acme/shop",
  ];
  test.each(forms)("%s is the same as the others", (form) => {
    expect(repositoryKey(form)).toBe("github.com/acme/shop");
    expect(isSameRepository(form, forms)).toBe(true);
  });

  test.each([
    "https://github.com/acme/shop2",
    "https://github.com/acme/shop.git/x",
    "https://github.com.evil.example/acme/shop",
    "https://evil.example/github.com/acme/shop",
    "https://github.com:8443/acme/shop",
    "https://github.com/x/acme/shop",
    "not a url",
  ])("%s is another", (form) => {
    expect(isSameRepository("https://github.com/acme/shop.git", [form])).toBe(false);
  });
});
