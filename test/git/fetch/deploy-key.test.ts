import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newDeployKey } from "../../../server/git/fetch/deploy-key.ts";

test("every deploy key can be read again", () => {
  const keys = Array.from({ length: 2_000 }, () => newDeployKey("baton-shop"));
  const unreadable = keys.filter(({ privateKey, publicKey }) =>
    [privateKey, publicKey].some((key) => ssh2.utils.parseKey(key) instanceof Error),
  );
  expect(unreadable).toEqual([]);
});
