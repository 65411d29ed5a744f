import { expect, test } from "vitest";
import { commitUrl } from "../../../server/rules/webhooks/commit-url.ts";

const sha = "9b3e4864d0c1f2a3b4c5d6e7f8091a2b3c4d5e6f";

test.each([
  ["https://github.com/You/App.git", `https://github.com/You/App/commit/${sha}`],
  ["git@github.com:you/app.git", `https://github.com/you/app/commit/${sha}`],
  ["ssh://git@ssh.github.com:443/you/app.git", `https://github.com/you/app/commit/${sha}`],
  ["https://gitlab.com/group/sub/app", `https://gitlab.com/group/sub/app/-/commit/${sha}`],
  ["https://gitlab.example.com:8443/group/app.git/", `https://gitlab.example.com:8443/group/app/-/commit/${sha}`],
  ["ssh://git@git-gitlab.example.com:2222/group/app.git", `https://git-gitlab.example.com/group/app/-/commit/${sha}`],
  ["https://codeberg.org/you/app.git", `https://codeberg.org/you/app/commit/${sha}`],
  ["git@bitbucket.org:you/app.git", `https://bitbucket.org/you/app/commits/${sha}`],
])("a commit of %s is found at %s", (repository, url) => expect(commitUrl(repository, sha)).toBe(url));

test.each([null, "https://git.example.com/you/app.git", "https://notgithub.com/you/app.git", "javascript:alert(1)"])(
  "where the forge is not known there is no link: %s",
  (repository) => expect(commitUrl(repository, sha)).toBeNull(),
);
