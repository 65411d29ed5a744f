import { describe } from "vitest";
import type { RemoteRepository } from "../../../server/ports/git.ts";
import { createFakeRepositories } from "../../fakes/fake-repositories.ts";
import { gitContract } from "./git.ts";

const never = new AbortController().signal;
const at = (path: string): RemoteRepository => ({ protocol: "https", user: null, host: "forge.test", port: 443, path });
const asNobody = { token: null, privateKey: null, hostKey: null };

describe("the fake repositories", () => {
  gitContract(async () => {
    const git = createFakeRepositories();
    const remote = new Map();
    git.remotes.set("forge.test/acme/shop", remote);
    return {
      git,
      commit: async (files, options) => git.commit(files, options),
      push: (product, branch, to, redirect = new Map()) =>
        git.receive(product, git.pushOf(product, branch, to), redirect, () => {}, never),
      remote: {
        request: { remote: at("acme/shop"), ...asNobody },
        missing: { remote: at("acme/none"), ...asNobody },
        move: async (branch, to) => void remote.set(branch, to),
      },
      async [Symbol.asyncDispose]() {},
    };
  });
});
