import { beforeAll, expect, test } from "vitest";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";
import { createRepository } from "../support/git-client.ts";

const baton = useBaton();
let repository: Repository;

/** Answers with everything that the compose file gave it. */
const server = `
import { accessSync, constants, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const tried = (work) => { try { return work(); } catch (error) { return error.code; } };
const text = (path) => tried(() => readFileSync(path, "utf8").trim());
const facts = () => ({
  fromFile: process.env.FROM_FILE, filled: process.env.FILLED, fallback: process.env.FALLBACK, dollar: process.env.DOLLAR,
  mounted: text("/etc/app/app.conf"), page: text("/pages/deep/page.txt"), secret: text("/run/secrets/token"), config: text("/motd"),
  writeRoot: tried(() => writeFileSync("/app/x", "x")) ?? "done", writeScratch: tried(() => writeFileSync("/scratch/x", "x")) ?? "done",
  writeMount: tried(() => writeFileSync("/etc/app/app.conf", "x")) ?? "done",
  user: process.getuid(), shm: Math.round(statSync("/dev/shm").blksize > 0 ? Number(readFileSync("/proc/mounts", "utf8").match(/shm.*size=(\\d+)k/)?.[1]) / 1024 : 0),
  files: Number(readFileSync("/proc/self/limits", "utf8").match(/open files +(\\d+)/)[1]), folder: process.cwd(), argument: process.argv[2],
});
createServer((request, answer) => answer.end(JSON.stringify(facts()))).listen(process.env.PORT);
`;

const compose = `
x-limits: &limits
  deploy: { resources: { limits: { memory: 256M } } }

services:
  web:
    <<: *limits
    container_name: my-web
    build: { context: ., args: { FLAVOUR: plain } }
    command: ["node", "/app/server.mjs", "\${ARGUMENT:-told}"]
    env_file: [settings.env]
    environment:
      FILLED: \${GREETING:?set GREETING}
      FALLBACK: \${NOBODY-nobody}
      DOLLAR: $$5
    ports: ["8088:3000"]
    volumes:
      - ./conf/app.conf:/etc/app/app.conf
      - ./pages:/pages:ro
    configs: [motd]
    secrets: [token]
    read_only: true
    tmpfs: [/scratch]
    user: "1000"
    working_dir: /tmp
    shm_size: 32m
    ulimits: { nofile: 2000 }
    networks: [front]
  debugger:
    image: nowhere/at-all
    profiles: [debug]

configs: { motd: { content: "Welcome to \${GREETING}" } }
secrets: { token: { file: ./token.txt } }
networks: { front: {} }
`;

const files = {
  "compose.yaml": compose,
  Dockerfile: "FROM baton/node:22\nARG FLAVOUR\nRUN test $FLAVOUR = plain\nWORKDIR /app\nCOPY server.mjs .\n",
  "server.mjs": server,
  "settings.env": "FROM_FILE=yes\n",
  "conf/app.conf": "mode = calm\n",
  "pages/deep/page.txt": "a page\n",
  "token.txt": "hush\n",
};

const push = () => repository.push(baton().remote("facts")).done;
let first: Awaited<ReturnType<typeof push>>;

beforeAll(async () => {
  repository = await createRepository();
  await repository.write(files);
  await repository.commit("All that a compose file can ask for");
  first = await push();
});

test("a variable that the file insists on is asked for, with the line", async () => {
  const { code, text } = first;
  expect(code).not.toBe(0);
  expect(text).toMatch(/compose\.yaml, line 13: .* needs the variable GREETING/);
});

test("a service gets all that its compose file gives it, and no more of the host", async () => {
  const { id } = await baton().api.installation("facts");
  await baton().api.send("PUT", `/api/product-deployments/${id}/variables`, { set: { GREETING: "Athens" } });
  const { code, text } = await push();
  expect(code, text).toBe(0);
  const { body } = await baton().ask("facts", "/");
  expect(JSON.parse(body)).toEqual({
    ...{ fromFile: "yes", filled: "Athens", fallback: "nobody", dollar: "$5" },
    ...{ mounted: "mode = calm", page: "a page", secret: "hush", config: "Welcome to Athens" },
    ...{ writeRoot: "EROFS", writeScratch: "done", writeMount: "EROFS" },
    ...{ user: 1000, shm: 32, files: 2000, folder: "/tmp", argument: "told" },
  });
  expect(text).toMatch(/container_name/);
  expect(text).toMatch(/debugger/);
});

test("what would reach the host is refused, every problem of the file at once", async () => {
  const before = await baton().ask("facts", "/");
  await repository.write({
    "compose.yaml": `services:
  web:
    build: .
    privileged: true
    pid: host
    volumes: ["/var/run/docker.sock:/var/run/docker.sock", "/etc:/host"]
  spy:
    build: .
    cap_add: [SYS_ADMIN]
    devices: ["/dev/kmsg"]
`,
  });
  await repository.commit("Reach out");
  const { code, text } = await push();
  expect(code).not.toBe(0);
  for (const line of [4, 5, 6, 9, 10]) expect(text).toMatch(new RegExp(`compose\\.yaml:${line}: `));
  expect((await baton().ask("facts", "/")).status).toBe(before.status);
});
