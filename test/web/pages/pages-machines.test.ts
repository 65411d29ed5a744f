import { beforeEach, describe, expect, test } from "vitest";
import { aMember, type Member } from "../member.ts";
import { createWorld, type World } from "../world.ts";

const signal = new AbortController().signal;
let world: World;
let member: Member;
beforeEach(async () => {
  world = await createWorld();
  world.reach.own.push("10.0.0.1");
  member = await aMember(world);
});

const begin = () => member.post("/machines/start", { address: "10.0.0.1" });
const secretIn = (html: string) => /sh -s -- ([\w-]{43})/.exec(html)?.[1] ?? "";

/** Asks as bin/join.sh does. */
async function ask(secret: string, fields: Readonly<Record<string, string>>) {
  const answer = await world.fetch("/machines/join", {
    method: "POST",
    headers: { "x-baton-join": secret },
    body: new URLSearchParams(fields),
  });
  return { status: answer.status, text: await answer.text() };
}

const facts = {
  ...{ name: "two", architecture: "x86_64", docker: "20.10.24+dfsg1", address: "10.0.0.2" },
  ...{ diskKiB: "80000000", freeKiB: "60000000", encrypt: "yes" },
};
const check = (changes: Readonly<Record<string, string>> = {}) => ({
  ...{ ...facts, step: "check", swarm: "inactive", node: "", liveRestore: "false", closed: "", taken: "" },
  ...{ routes: "10.0.0.0/24", clock: String(Math.round(world.clock.now().getTime() / 1000)), ...changes },
});

describe("machines", () => {
  test("are this server alone until a cluster is begun, at an address that is chosen", async () => {
    expect((await member.get("/system")).html).toContain('href="/machines"');
    expect((await member.get("/machines")).text).toContain("One machine: this server");
    const publicly = await member.post("/machines/start", { address: "198.41.0.4" });
    expect([publicly.status, publicly.text]).toEqual([400, expect.stringContaining("is a public address")]);
    expect(publicly.html).toMatch(/value="198.41.0.4" selected/);
    expect((await begin()).location).toBe("/machines?done=started");
    expect(await world.machines.state(signal)).toMatchObject({ address: "10.0.0.1", pools: ["10.215.0.0/16"] });
    expect((await begin()).status).toBe(409);
    const { json } = await world.read("/api/cluster");
    expect(json).toMatchObject({ state: "managed", address: "10.0.0.1", networks: ["10.215.0.0/16"] });
    expect((await world.read("/api/activity")).json.items[0]).toMatchObject({ what: "began a cluster at" });
  });

  test("stay alone where Docker keeps containers running while it restarts, and where all networks are in use", async () => {
    const machine = await world.engine.machine(signal);
    world.engine.machine = async () => ({ ...machine, liveRestore: "on" });
    const refused = await begin();
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("in /etc/docker/daemon.json")]);
    world.engine.machine = async () => machine;
    world.engine.usedSubnets = async () => ["10.0.0.0/8", "172.16.0.0/12"];
    expect((await begin()).text).toContain("All private networks are in use");
    expect(await world.machines.state(signal)).toEqual({ type: "none" });
  });

  test("of another Baton's Swarm, or of one that is broken, are left alone", async () => {
    world = await createWorld({ machines: world.machines.ofAnother });
    member = await aMember(world);
    await world.machines.start({ address: "10.0.0.1", pool: "10.215.0.0/16" }, signal);
    const of = async (state: object) => {
      const broken = await createWorld({ machines: { ...world.machines, state: async () => state as never } });
      return (await (await aMember(broken)).get("/machines")).text;
    };
    expect(await of({ type: "foreign" })).toContain("that this Baton did not begin");
    expect(await of({ type: "broken", why: "it is locked" })).toContain("cannot work with its cluster: it is locked.");
  });

  test("join by a command whose secret works once", async () => {
    await begin();
    const made = await member.post("/machines/invite");
    const secret = secretIn(made.html);
    expect(made.text).toContain("ssh -R 4000:127.0.0.1:4000");
    expect((await member.get("/machines")).html).not.toContain(secret);

    const script = await (await world.fetch("/machines/join.sh")).text();
    expect(script).toContain("baton='http://127.0.0.1:4000'");
    expect(await ask(secret, { step: "begin" })).toEqual({ status: 200, text: "server: 10.0.0.1\n" });
    const judged = await ask(secret, check());
    const token = await world.machines.joinToken(signal);
    expect(judged.text).toBe(`join: ${token}\n`);
    const id = await world.machines.join("two", token);
    world.reach.closed.add("10.0.0.2:7946");
    const joined = await ask(secret, { ...facts, step: "joined", node: id });
    expect(joined.text).toMatch(/^warning: The server cannot open a connection to two at 10.0.0.2, port 7946\/tcp/);
    expect(joined.text).toContain("joined: two is in the cluster now");
    expect(await world.machines.joinToken(signal)).not.toBe(token);
    expect((await ask(secret, { step: "begin" })).text).toContain("refused: This command has been used already");

    const page = (await member.get("/machines")).text;
    expect(page).toContain("61 GB of 82 GB disk free when it joined");
    expect(page).toContain("the kernels of all machines that joined can encrypt");
    expect((await world.read("/api/machines")).json.items).toMatchObject([
      { name: "baton-server", isServer: true, role: "manager" },
      { name: "two", state: "ready", canEncrypt: true, disk: { totalBytes: 81_920_000_000 } },
    ]);
    const { items } = (await world.read("/api/activity")).json;
    expect(items[0]).toMatchObject({ what: "added the machine", subject: "two", who: "admin" });
  });

  test("that cannot join hear why, and the page shows it", async () => {
    await begin();
    const { json } = await world.read("/api/machines", { method: "POST" });
    const secret = secretIn(String(json.command));
    const refused = await ask(secret, check({ architecture: "riscv64", closed: "2377", liveRestore: "true" }));
    expect(refused.text.split("\n").filter((line) => line.startsWith("refused: "))).toHaveLength(3);
    expect(refused.text).not.toContain("join:");
    const page = await member.get("/machines");
    expect(page.text).toContain("two tried");
    expect(page.text).toContain("It is riscv64 and the server is x86_64");
    const id = /machines\/invitations\/(\d+)\/withdraw/.exec(page.html)?.[1];
    expect((await member.post(`/machines/invitations/${id}/withdraw`)).location).toBe("/machines?done=withdrawn");
    expect((await ask(secret, { step: "begin" })).text).toContain("refused: This command is not known");
  });

  test("that have joined and could not say so, say so with the same command", async () => {
    await begin();
    const secret = secretIn((await member.post("/machines/invite")).html);
    const id = await world.machines.join("two", await world.machines.joinToken(signal));
    expect((await ask(secret, check({ swarm: "active", node: id }))).text).toBe("joined: already\n");
    expect((await ask(secret, { ...facts, step: "joined", node: id })).text).toContain("joined: two is in the cluster");
  });

  test("are not let in by old commands, by none, and by nonsense", async () => {
    await begin();
    const secret = secretIn((await member.post("/machines/invite")).html);
    expect((await ask("guess", { step: "begin" })).text).toContain("refused: This command is not known");
    expect((await ask(secret, { step: "dance" })).status).toBe(400);
    const nonsense = await ask(secret, check({ address: "here" }));
    expect([nonsense.status, nonsense.text]).toEqual([400, expect.stringContaining("address")]);
    world.clock.advance(60 * 60_000);
    expect((await ask(secret, { step: "begin" })).text).toContain("refused: This command is too old");
    for (let tries = 0; tries < 30; tries += 1) await ask("guess", { step: "begin" });
    expect((await ask(secret, { step: "begin" })).status).toBe(429);
  });

  test("are drained, labelled, returned to service and removed", async () => {
    await begin();
    const id = await world.machines.join("two", await world.machines.joinToken(signal));
    world.machines.serve("web");
    const patch = (body: object) => world.read(`/api/machines/${id}`, { method: "PATCH", body });
    expect((await member.post(`/machines/${id}/drain`)).location).toBe("/machines?done=drain");
    expect((await member.get("/machines")).text).toContain("Drained");
    expect((await patch({ labels: { disk: "ssd" } })).json).toMatchObject({
      labels: { disk: "ssd" },
      state: "drained",
    });
    expect((await patch({ labels: { "No!": "" } })).status).toBe(400);
    await member.post(`/machines/${id}/labels`, { labels: "disk=nvme\r\ngpu" });
    expect((await member.get("/machines")).text).toContain("disk=nvme");
    await member.post(`/machines/${id}/activate`);
    const early = await member.post(`/machines/${id}/remove`);
    expect([early.status, early.text]).toEqual([409, expect.stringContaining("Drain two first")]);
    expect((await member.get(`/machines/${id}/remove`)).status).toBe(409);
    expect((await member.post("/machines/end")).status).toBe(409);

    world.machines.cutOff("two");
    expect((await member.get("/machines")).text).toContain("Nothing is heard from it");
    expect((await member.get(`/machines/${id}/remove`)).text).toContain("docker swarm leave");
    expect((await member.post(`/machines/${id}/remove`)).location).toBe("/machines?done=removed");
    expect((await member.post(`/machines/${id}/drain`)).status).toBe(404);
    expect((await world.read("/api/machines")).json.items).toHaveLength(1);
    const inUse = await member.post("/machines/end");
    expect([inUse.status, inUse.text]).toEqual([
      409,
      expect.stringContaining("1 task of the cluster would end with it"),
    ]);
  });

  test("cannot be told of while Docker does not answer", async () => {
    world.machines.fail(new (await import("../../../server/ports/engine/engine.ts")).EngineUnavailable("gone"));
    expect((await member.get("/machines")).status).toBe(503);
    expect((await world.read("/api/machines")).json.error.code).toBe("docker_unavailable");
  });
});
