import { describe, expect, it } from "vitest";
import { parseProcfile } from "../../../builder/manifest/procfile.ts";
import { plan } from "../tree.ts";

describe("a Procfile", () => {
  it("holds a command for each process type", () => {
    const text =
      "# comment\n\nweb: node web.js --port $PORT\nworker:node worker.js\r\nnonsense\nrelease:  ./migrate \n";
    expect([...parseProcfile(text)]).toEqual([
      ["web", "node web.js --port $PORT"],
      ["worker", "node worker.js"],
      ["release", "./migrate"],
    ]);
  });

  it.each([
    ["web: node web.js # testing inline comment", "node web.js"],
    ["web: node web.js --url http://a/#b", "node web.js --url http://a/#b"],
    ["web: echo 'no # comment' here", "echo 'no # comment' here"],
    ['web: echo "a #b"', 'echo "a #b"'],
    ["web: echo it's", "echo it's"],
  ])("may have comments: %s", (line, command) => {
    expect(parseProcfile(line).get("web")).toBe(command);
  });
});

describe("processes of a Procfile", () => {
  const node = { "package.json": "{}" };
  const services = async (files: Readonly<Record<string, string>>) => {
    const { stacks, ...lines } = await plan(files);
    const all = stacks.flatMap((stack) => stack.services);
    const outline = all.map(({ name, kind, command }) => `${name}: ${kind} ${command?.join(" ") ?? ""}`.trim());
    return { outline, all, ...lines };
  };

  it("become services of one image: web and worker, and release before them", async () => {
    const { outline, all, decisions, warnings } = await services({
      ...node,
      Procfile: "release: node migrate.js\nweb: node a.js\nworker: node b.js $QUEUE",
    });
    expect(outline).toEqual([
      "web: web",
      "worker: worker sh -c exec node b.js $QUEUE",
      "release: init node migrate.js",
    ]);
    const recipes = all.map(({ source }) => (source.type === "build" ? source.recipe : null));
    expect(new Set(recipes).size).toBe(1);
    const waitsForRelease = [{ service: "release", condition: "completed", required: true }];
    expect(all.map(({ dependsOn }) => dependsOn)).toEqual([waitsForRelease, waitsForRelease, []]);
    expect(decisions.slice(-2)).toEqual([
      "worker: worker (worker in the Procfile: node b.js $QUEUE)",
      "release: init (release in the Procfile: node migrate.js), runs to completion before the others start",
    ]);
    expect(warnings).toEqual([]);
  });

  it("of other types are named and left off", async () => {
    const Procfile = "web: node a.js\nclock: node c.js\ncron: node d.js";
    const { outline, warnings } = await services({ ...node, Procfile });
    expect(outline).toEqual(["web: web"]);
    expect(warnings).toEqual([
      "The Procfile also names clock, cron, which will not run. To run all of them, set processes: [web, clock, cron] in baton.yaml",
    ]);
  });

  it("run when baton.yaml names them, release in any case", async () => {
    const Procfile = "web: node a.js\nworker: node b.js\nclock_1: node c.js\nrelease: node m.js";
    const manifest = "stacks: { shop: { processes: [web, clock_1], memory: 256m, health: { path: /ready } } }";
    const { outline, all, warnings } = await services({ ...node, Procfile, "baton.yaml": manifest });
    expect(outline).toEqual(["shop: web", "shop-clock-1: worker node c.js", "shop-release: init node m.js"]);
    expect(all.map(({ health }) => health.path)).toEqual(["/ready", "/", "/"]);
    expect(all.map(({ limits }) => limits.memoryBytes)).toEqual(Array(3).fill(256 * 1024 ** 2));
    expect(warnings).toEqual([]);
  });

  it("may be a stack of their own", async () => {
    const { outline } = await services({
      "app/package.json": "{}",
      "app/Procfile": "web: node a.js\nworker: node b.js",
      "baton.yaml": "stacks: { shop: { path: app, processes: [web] }, jobs: { path: app, processes: [worker] } }",
    });
    expect(outline).toEqual(["shop: web", "jobs: worker node b.js"]);
  });

  it("are refused when the Procfile does not have them", async () => {
    const files = {
      ...node,
      Procfile: "web: node a.js",
      "baton.yaml": "stacks: { shop: { processes: [web, clock] } }",
    };
    await expect(plan(files)).rejects.toMatchObject({
      message: "baton.yaml names the process clock, which the Procfile does not have",
      hint: "It has web.",
    });
  });

  it("are one worker where there is nothing else", async () => {
    const { outline } = await services({ ...node, Procfile: "worker: node b.js" });
    expect(outline).toEqual(["worker: worker"]);
    const python = await services({ "app.py": "", Procfile: "console: python3 app.py" });
    expect(python.outline).toEqual(["web: web"]);
  });

  it("are one worker whatever it is called, when nothing else says how the app is started", async () => {
    const { outline, warnings } = await services({ "jobs.py": "", Procfile: "console: python3 jobs.py" });
    expect(outline).toEqual(["worker: worker"]);
    expect(warnings).toEqual([]);
  });

  it("run beside what package.json starts", async () => {
    const files = { "package.json": '{ "scripts": { "start": "node a.js" } }', Procfile: "worker: node b.js" };
    expect((await services(files)).outline).toEqual(["web: web", "worker: worker node b.js"]);
  });

  it("do not run in place of a Dockerfile, unless baton.yaml says so", async () => {
    const files = { Dockerfile: "FROM a\nEXPOSE 80", Procfile: "web: ./serve\nworker: ./work" };
    const without = await services(files);
    expect(without.outline).toEqual(["web: web"]);
    expect(without.decisions).toContain(
      "The Procfile is not used: the Dockerfile says how to start the app (processes: in baton.yaml changes that)",
    );
    const named = await services({ ...files, "baton.yaml": "stacks: { shop: { processes: [web, worker] } }" });
    expect(named.outline).toEqual(["shop: web ./serve", "shop-worker: worker ./work"]);
    expect(named.all[0]?.port).toBe(80);
  });

  it.each([
    ["{ kind: init, command: [node, m.js] }", "shop: init node m.js"],
    ["{ command: [node, other.js] }", "shop: web node other.js"],
    ["{ kind: worker }", "shop: worker node b.js"],
  ])("leave a stack alone of which baton.yaml says that it is something else: %s", async (stack, expected) => {
    const Procfile = "web: node a.js\nworker: node b.js\nrelease: node c.js";
    const { outline, decisions } = await services({ ...node, Procfile, "baton.yaml": `stacks: { shop: ${stack} }` });
    expect(outline).toEqual([expected]);
    expect(decisions).toContain(
      "Other processes of the Procfile are not part of this stack (processes: in baton.yaml lists those that are)",
    );
  });

  it("do not run beside files", async () => {
    const files = { "index.html": "", Procfile: "web: serve ." };
    expect((await services(files)).decisions).toContain("The Procfile is not used, because this is only a static site");
    const named = { ...files, "baton.yaml": "stacks: { shop: { processes: [web] } }" };
    await expect(plan(named)).rejects.toThrow("baton.yaml names processes of shop, but it is only a static site");
  });

  it("find in the image what they need", async () => {
    const files = {
      "package.json": JSON.stringify({
        scripts: { start: "node a.js" },
        dependencies: { hono: "4" },
        devDependencies: { tsx: "4" },
      }),
      "package-lock.json": "{}",
    };
    const kept = await plan({ ...files, Procfile: "worker: tsx b.ts" });
    expect(kept.decisions).toContain("Development dependencies stay in the image");
    const pruned = await plan({ ...files, Procfile: "worker: node b.js" });
    expect(pruned.decisions).toContain("Development dependencies are left out of the image");
  });
});
