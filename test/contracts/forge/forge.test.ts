import { createHmac } from "node:crypto";
import { describe } from "vitest";
import { createGitHub } from "../../../server/forge/github/github.ts";
import type { ForgeEvent } from "../../../server/ports/forge.ts";
import { createFakeForge } from "../../fakes/fake-forge.ts";
import { serveGitHub } from "../../forge/github-server.ts";
import { forgeContract, type Sent } from "./forge.ts";

describe("GitHub", () => {
  forgeContract(async () => {
    const server = await serveGitHub("acme/shop");
    // A forge that a user runs; its API is on the host of the repository.
    const repository = `${server.url}/acme/shop.git`;
    return {
      forge: createGitHub({ apiUrl: server.url }),
      repository,
      delivery(event, secret, id) {
        const body = Buffer.from(JSON.stringify(payloadOf(event, repository)));
        const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
        const headers = { "x-github-event": event.type, "x-github-delivery": id, "x-hub-signature-256": signature };
        return { body, headers: new Headers(headers) };
      },
      shown: () => ({
        deployments: [...server.deployments.values()].map(({ states }) =>
          states.map(({ state }) => (state === "in_progress" ? "pending" : String(state))),
        ),
        statuses: server.statuses.map(({ state }) => state),
      }),
      refuseNext: (ms) =>
        void (server.failures as { status: number; headers: object }[]).push({
          status: 429,
          headers: { "retry-after": String(ms / 1000) },
        }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
});

function payloadOf(event: Sent, url: string): object {
  const repository = { clone_url: url, default_branch: "main" };
  const pusher = { name: "ada" };
  switch (event.type) {
    case "ping":
      return { zen: "Keep it logically awesome.", repository };
    case "delete":
      return { ref: event.branch, ref_type: "branch", repository };
    case "push": {
      const commits = [{ message: "A change", added: event.files, removed: [], modified: [] }];
      const { after, branch } = event;
      const head = { head_commit: { message: "A change" } };
      return { ref: `refs/heads/${branch}`, before: "a".repeat(40), after, repository, commits, pusher, ...head };
    }
  }
}

describe("the fake forge", () => {
  forgeContract(async () => {
    const forge = createFakeForge();
    const repository = "https://forge.example/acme/shop.git";
    return {
      forge,
      repository,
      delivery: (event, secret, id) => forge.delivery(eventOf(event, repository), secret, id),
      shown: () => forge.shown(),
      refuseNext(retryAfterMs) {
        forge.trouble = { retryAfterMs };
      },
      async [Symbol.asyncDispose]() {},
    };
  });
});

function eventOf(event: Sent, url: string): ForgeEvent {
  const repository = [url];
  switch (event.type) {
    case "ping":
      return { type: "ping", repository };
    case "delete":
      return { type: "delete", kind: "branch", name: event.branch, repository };
    case "push":
      return {
        ...{ type: "push", repository, ref: `refs/heads/${event.branch}`, after: event.after },
        ...{ defaultBranch: "main", message: "A change", paths: event.files, by: "ada" },
      };
  }
}
