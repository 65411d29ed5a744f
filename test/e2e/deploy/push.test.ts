import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";

const baton = useBaton();
const { serviceApp, sampleApp, clone: cloneOf } = useWorkshop();
let hello: ServiceApp;
/** Set by the first push. */
let first: Awaited<ReturnType<typeof firstPush>>;

async function firstPush() {
  const commit = await hello.release("v1", { build: "RUN echo compiling && sleep 2" });
  const push = hello.repository.push(baton().remote("hello"));
  await push.shows(/remote: .*\| compiling/);
  const { status: statusMeanwhile } = await baton().api.newest("hello");
  const { code, text } = await push.done;
  return { commit, statusMeanwhile, code, text, answer: await baton().ask("hello"), tip: await tip("hello") };
}

beforeAll(async () => {
  hello = await serviceApp("hello");
  first = await firstPush();
});

const tip = async (product: string, branch = "main") =>
  (await hello.repository.git("ls-remote", baton().remote(product), `refs/heads/${branch}`)).split("\t")[0];

test("a folder with a Dockerfile is live after one push, and the terminal tells how it went", async () => {
  const { commit, statusMeanwhile, code, text } = first;
  expect(statusMeanwhile).toBe("building");
  const address = `http://hello.localhost:${baton().httpPort}`;
  const story = [
    `remote: ==> Deployment 1 of hello: ${commit.slice(0, 8)} Release v1`,
    "remote: ==> Reading the repository",
    "remote: ==> Building web",
    "RUN echo compiling",
    "remote:     | compiling",
    "remote:     Image ready (",
    "remote: ==> Starting the new version",
    "web started (port 3000, on 127.0.0.2:",
    "remote: ==> Checking that the new version is healthy",
    "✓ web: GET / answered 200 in",
    "(3 of 3)",
    "remote: ==> Switching traffic",
    "remote: ==> Live after",
    "remote: ==> Ready",
    `remote:     ${address}`,
    "remote:     Deployed #1 in",
    `${baton().url}/deployments/`,
  ];
  expect(inOrder(text, story)).toEqual(story);
  expect(text).not.toContain("beside the old one");
  expect(code).toBe(0);
  expect(first.answer).toEqual({ status: 200, body: "v1" });
  expect(first.tip).toBe(commit);
});

test("a plain Node app is live after one push, which leaves other products alone", async () => {
  const before = await baton().ask("hello");
  const { code, text } = await (await sampleApp("node")).push(baton().remote("plain")).done;
  expect(text).toMatch(/Node 22/);
  expect(code).toBe(0);
  expect(await baton().ask("plain", "/")).toEqual({ status: 200, body: "a plain Node app" });
  expect(await baton().ask("hello")).toEqual(before);
});

test("a folder of static files is live after one push", async () => {
  const { code } = await (await sampleApp("static")).push(baton().remote("page")).done;
  expect(code).toBe(0);
  expect((await baton().ask("page", "/")).body).toContain("<h1>Only a page</h1>");
});

test("its events can be read again from any of them on, and end when it is settled", async () => {
  const { id } = await baton().api.newest("hello");
  const events = await baton().api.allEvents(id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)?.type).toBe("settled");
  const rest = await baton().api.allEvents(id, events.length - 3);
  expect(rest).toEqual(events.slice(-3));
});

test("what its container prints can be read", async () => {
  const { id } = await baton().api.installation("hello");
  const { body: version } = await baton().ask("hello");
  const printed = await baton().api.text(`/api/product-deployments/${id}/logs`);
  expect(printed).toContain(`version ${version} begins to serve`);
});

test("what is live already is not deployed again", async () => {
  const before = await baton().api.deployments("hello");
  const { code, text } = await hello.repository.push(baton().remote("hello")).done;
  expect(text).toContain("Everything up-to-date");
  expect(code).toBe(0);
  expect(await baton().api.deployments("hello")).toHaveLength(before.length);
});

test("`-o detach` returns at once with the address of the deployment, which goes on", async () => {
  const commit = await hello.release("v2", { build: "RUN echo detached && sleep 2" });
  const { code, text } = await hello.repository.push(baton().remote("hello"), "HEAD", "-o", "detach").done;
  const deployment = await baton().api.newest("hello");
  expect(code).toBe(0);
  expect(text).toContain(`${baton().url}/deployments/${deployment.id}`);
  expect(["queued", "building"]).toContain(deployment.status);
  expect(await tip("hello")).not.toBe(commit);

  expect((await baton().api.settled(deployment.id)).status).toBe("ready");
  expect(await baton().api.log(deployment.id)).toContain("==> Starting the new version beside the old one");
  expect((await baton().ask("hello")).body).toBe("v2");
  expect(await tip("hello")).toBe(commit);
});

test("other branches and tags are stored, the push says that nothing was deployed, and a clone gives them back", async () => {
  const before = await baton().api.deployments("hello");
  await hello.repository.git("tag", "v2.0");
  const branch = await hello.repository.push(baton().remote("hello"), "HEAD:refs/heads/idea").done;
  const tag = await hello.repository.push(baton().remote("hello"), "v2.0").done;
  expect([branch.code, tag.code]).toEqual([0, 0]);
  expect(branch.text).toContain("remote: idea was stored but not deployed. This product deploys main: push idea:main");
  expect(tag.text).toContain("remote: tag v2.0 was stored but not deployed. This product deploys main.");
  expect(await baton().api.deployments("hello")).toHaveLength(before.length);

  const clone = await cloneOf(baton().remote("hello"), "Grace Hopper");
  const head = await hello.repository.git("rev-parse", "HEAD");
  expect(await clone.git("rev-parse", "HEAD")).toBe(head);
  await clone.git("fetch", "--tags", "origin");
  const refs = await clone.git("ls-remote", "origin");
  // None of Baton's own refs is listed.
  expect(refs.split("\n").map((line) => line.split("\t")[1])).toEqual([
    "HEAD",
    "refs/heads/idea",
    "refs/heads/main",
    "refs/tags/v2.0",
  ]);
});

test("to delete the branch that is deployed is refused, and changes nothing", async () => {
  const [commit, answer] = [await tip("hello"), await baton().ask("hello")];
  const { code, text } = await hello.repository.push(baton().remote("hello"), ":refs/heads/main").done;
  expect(code).not.toBe(0);
  expect(text).toContain("! [remote rejected] main (hello deploys main, so this branch cannot be removed)");
  expect(await tip("hello")).toBe(commit);
  expect(await baton().ask("hello")).toEqual(answer);
});

test("a push that failed can be pushed again, unchanged, and deploys then", async () => {
  const wish = await serviceApp("wish");
  const commit = await wish.release("v1", { behaviour: "want-a-variable" });
  const first = await wish.repository.push(baton().remote("wish")).done;
  expect(first.code).not.toBe(0);
  expect(first.text).toMatch(
    /! \[remote rejected\] HEAD -> main \(health: web crashed 4 times on startup \(exit code 4\).*\)/,
  );
  expect(await tip("wish")).toBe("");

  const { id } = await baton().api.installation("wish");
  const body = { set: { COLOUR: "green" } };
  expect((await baton().api.send("PUT", `/api/product-deployments/${id}/variables`, body)).status).toBeLessThan(300);
  const second = await wish.repository.push(baton().remote("wish")).done;
  expect(second.code).toBe(0);
  expect(await tip("wish")).toBe(commit);
  expect((await baton().ask("wish", "/variable?name=COLOUR")).body).toBe("green");
});

test("`master` is what deploys where it is pushed first", async () => {
  const old = await serviceApp("old-habits", "master");
  const commit = await old.release("v1");
  expect((await old.repository.push(baton().remote("old-habits"), "master").done).code).toBe(0);
  expect(await tip("old-habits", "master")).toBe(commit);
  expect((await baton().ask("old-habits")).body).toBe("v1");
});

test("a worker and a TCP service have no address, and are live all the same", async () => {
  const [worker, cache] = await Promise.all([serviceApp("worker"), serviceApp("cache")]);
  await worker.release("v1", { behaviour: "work", manifest: "stacks: { worker: { kind: worker } }" });
  await cache.release("v1", { behaviour: "tcp", manifest: "stacks: { cache: { kind: tcp, port: 3000 } }" });
  for (const { name, repository } of [worker, cache]) {
    expect((await repository.push(baton().remote(name), "HEAD", "-o", "detach").done).code).toBe(0);
  }
  for (const { name } of [worker, cache]) {
    expect((await baton().api.settled((await baton().api.newest(name)).id)).status).toBe("ready");
    expect(await baton().api.installation(name)).toMatchObject({ status: "running", urls: [] });
    expect((await baton().ask(name)).status).toBe(404);
  }
});

test("a push of too many refs is refused, and the terminal says how many there may be", async () => {
  const { repository } = await serviceApp("branchy");
  const commit = await repository.commit("One");
  const branches = Array.from({ length: 1_001 }, (_, index) => `${commit} refs/heads/b${index}\n`);
  await repository.write({ ".git/packed-refs": branches.join("") });
  const { code, text } = await repository.push(baton().remote("branchy"), "refs/heads/b*:refs/heads/b*").done;
  expect(code).not.toBe(0);
  expect(text).toContain("remote: this push has 1001 refs, and one push may have at most 1000: push them in parts");
});

test("a wrong token pushes nothing and makes no product", async () => {
  const stranger = baton().remote("stranger").replace(baton().token, "not-the-token-of-anybody-who-is-known-here");
  const { code, text } = await hello.repository.push(stranger).done;
  expect(code).not.toBe(0);
  expect(text).toMatch(/Authentication failed/);
  expect((await baton().api.send("GET", "/api/products/stranger")).status).toBe(404);
});

/** Returns the texts of `wanted` that `text` contains in this order; all of them if the order is right. */
function inOrder(text: string, wanted: readonly string[]): readonly string[] {
  let at = 0;
  return wanted.filter((one) => {
    const found = text.indexOf(one, at);
    if (found >= 0) at = found + one.length;
    return found >= 0;
  });
}

test("an app that opens another port than it was given is found there, and nobody has to say so", async () => {
  const repository = await sampleApp("node");
  await repository.write({
    "server.js": `import { createServer } from "node:http";
createServer((_request, answer) => answer.end("on a port of its own")).listen(8123);
`,
  });
  await repository.commit("Ignore PORT");
  const { code, text } = await repository.push(baton().remote("stubborn")).done;
  expect(code, text).toBe(0);
  expect(text).toMatch(/listens on port 8123 instead of 3000/);
  expect((await baton().ask("stubborn", "/")).body).toBe("on a port of its own");
});
