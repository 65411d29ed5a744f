// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { describe, expect, it } from "vitest";
import { complaintsOf, projectOf, serviceOf, withService } from "./composed.ts";

describe("a service in normal form", () => {
  it.each([
    [
      "command: serve --name 'two words' \"a \\\"b\\\"\" c\\ d ''",
      { command: ["serve", "--name", "two words", 'a "b"', "c d", ""] },
    ],
    ["command: [sh, -c, 'a && b']", { command: ["sh", "-c", "a && b"] }],
    ["command: []", { command: [] }],
    ["command: ''", { command: [] }],
    ["command:", { command: null }],
    ["command: >\n  run\n  this", { command: ["run", "this"] }],
    ["entrypoint: /go now", { container: { entrypoint: ["/go", "now"] } }],
    ["expose: [3000, '4000-4002/tcp', '53/udp']", { expose: [3000, 4000, 4001, 4002] }],
    ["labels: [a=1, b]", { labels: { a: "1", b: "" } }],
    ["labels: { a: 1, b: true }", { labels: { a: "1", b: "true" } }],
    ["stop_grace_period: 1m30s", { stopGraceMs: 90_000 }],
    ["stop_grace_period: 1.5s", { stopGraceMs: 1500 }],
    [
      "stop_signal: SIGINT\nworking_dir: /app\nuser: '1000:1000'\nhostname: web-1",
      { container: { stopSignal: "SIGINT", workingDir: "/app", user: "1000:1000", hostname: "web-1" } },
    ],
    ["init: true\nread_only: 'yes'", { init: true, container: { readOnly: true } }],
    ["shm_size: 128mb", { container: { shmSizeBytes: 128 * 1024 ** 2 } }],
    ["shm_size: 65536", { container: { shmSizeBytes: 65_536 } }],
    ["restart: no", { restart: "no" }],
    ["restart: on-failure:3", { restart: "on-failure" }],
    [
      "ulimits: { nofile: { soft: 1024, hard: 2048 }, memlock: -1 }",
      { container: { ulimits: { nofile: { soft: 1024, hard: 2048 }, memlock: { soft: -1, hard: -1 } } } },
    ],
    [
      "deploy: { replicas: 2, resources: { limits: { cpus: '0.5', memory: 512M, pids: 100 } } }",
      { limits: { cpus: 0.5, memoryBytes: 512 * 1024 ** 2, pids: 100 }, replicas: 2 },
    ],
    [
      "cpus: 2\nmem_limit: 1g\npids_limit: -1\nscale: 3",
      { limits: { cpus: 2, memoryBytes: 1024 ** 3, pids: null }, replicas: 3 },
    ],
    [
      "cap_drop: [CAP_NET_RAW, all]\ncap_add: [chown]",
      { container: { capabilities: { drop: ["NET_RAW", "ALL"], add: ["CHOWN"] } } },
    ],
    ["sysctls: [net.core.somaxconn=1024]", { container: { sysctls: { "net.core.somaxconn": "1024" } } }],
    [
      "healthcheck: { test: curl -f localhost, interval: 5s, timeout: 500ms, retries: 3, start_period: 1m }",
      {
        container: {
          healthcheck: {
            isDisabled: false,
            test: ["CMD-SHELL", "curl -f localhost"],
            intervalMs: 5000,
            timeoutMs: 500,
            retries: 3,
            startPeriodMs: 60_000,
          },
        },
      },
    ],
    ["healthcheck: { test: [CMD, a, b] }", { container: { healthcheck: { test: ["CMD", "a", "b"] } } }],
    ["healthcheck: { test: [NONE] }", { container: { healthcheck: { isDisabled: true, test: null } } }],
    ["healthcheck: { disable: true }", { container: { healthcheck: { isDisabled: true } } }],
    ["profiles: []", { container: { healthcheck: null }, command: null, restart: null, stopGraceMs: null }],
  ])("%j", async (lines, expected) => {
    expect(await serviceOf(lines)).toMatchObject(expected);
  });

  it.each([
    ["pids_limit: -1", null, "pids_limit asks for no limit, but Baton limits every service: this one to 512"],
    ["pids_limit: 0", null, "pids_limit asks for no limit, but Baton limits every service: this one to 512"],
    ["pids_limit: 4194304", 16_384, "pids_limit asks for 4194304 processes, but Baton allows a service at most 16384"],
    [
      "pids_limit: 9000000000",
      16_384,
      "pids_limit asks for 9000000000 processes, but Baton allows a service at most 16384",
    ],
  ])("%j is logged with the limit that it gets", async (lines, pids, remark) => {
    const project = await projectOf(withService(lines));
    expect(project.services[0]?.limits.pids).toBe(pids);
    expect(project.remarks).toMatchObject([{ line: expect.any(Number), message: `services.web.${remark}` }]);
  });

  it.each([
    ["command: say 'hello", "command has a quote that is not closed"],
    ["stop_grace_period: soon", "stop_grace_period is not a duration: soon"],
    ["stop_grace_period: 5", "stop_grace_period must be a string"],
    ["shm_size: lots", "shm_size is not a size: lots"],
    ["cpus: many", "cpus is not a number of CPUs: many"],
    ["restart: sometimes", "restart is not a restart policy: sometimes"],
    [
      "healthcheck: { test: [curl, localhost] }",
      "healthcheck.test is a list that Docker does not accept as a health check",
    ],
    ["ulimits: { rtprio: 99 }", "ulimits.rtprio is not a limit that a service can set here"],
    ["ulimits: { rttime: -1 }", "ulimits.rttime is not a limit that a service can set here"],
    ["ulimits: { nice: { soft: 40, hard: 40 } }", "ulimits.nice is not a limit that a service can set here"],
    ["ulimits: { nofile: lots }", "ulimits.nofile is not a whole number from -1 to 9007199254740991: lots"],
    ["image: ''", "image names no image"],
    ["networks: [back]", "networks[0] joins the network back, which is not declared"],
  ])("refuses %s", async (lines, message) => {
    const file = withService(lines).replace(/^ {4}image: app\n(?= {4}image)/m, "");
    expect(await complaintsOf(file)).toEqual([expect.stringContaining(`services.web.${message}`)]);
  });

  it("says that a command line is no shell", async () => {
    const { notes } = await projectOf(withService("command: migrate && serve"));
    expect(notes).toEqual([expect.stringMatching(/^services\.web\.command has && outside a shell/)]);
  });
});

describe("the ports of a service", () => {
  const port = (container: number, published: number | null = null, protocol = "tcp") => ({
    container,
    protocol,
    published,
  });
  it.each([
    ["[3000]", [port(3000)]],
    ['["8080:80"]', [port(80, 8080)]],
    ["[8080:80]", [port(80, 8080)]],
    ['["127.0.0.1:8080:80"]', [port(80, 8080)]],
    ['["127.0.0.1::80"]', [port(80)]],
    ['[":80"]', [port(80)]],
    ['["[::1]:8080:80/tcp"]', [port(80, 8080)]],
    ['["53:53/udp", "53:53"]', [port(53, 53, "udp"), port(53, 53)]],
    ['["3000-3002"]', [port(3000), port(3001), port(3002)]],
    ['["9000-9001:80-81"]', [port(80, 9000), port(81, 9001)]],
    ['["9000-9010:80"]', [port(80, 9000)]],
    ["[{ target: 80, published: '8080', protocol: tcp, mode: host, host_ip: 127.0.0.1 }]", [port(80, 8080)]],
    ["[{ target: 80 }]", [port(80)]],
    ['["80:80", "8080:80"]', [port(80, 8080)]],
  ])("%s", async (ports, expected) => {
    expect((await serviceOf(`ports: ${ports}`)).ports).toEqual(expected);
  });

  it.each([
    '["eighty"]',
    '["80:70000"]',
    '["80:80/sctp"]',
    '["3002-3000"]',
    '["1:2:3:4"]',
    "[0]",
    "[{ published: 80 }]",
  ])("refuses %s", async (ports) => {
    expect(await complaintsOf(withService(`ports: ${ports}`))).toEqual([
      expect.stringMatching(/ports\[0\] is not a port: /),
    ]);
  });

  it("refuses ranges that do not fit, or that are a mistake", async () => {
    expect(await complaintsOf(withService('ports: ["8000-8001:80-82"]'))).toEqual([
      expect.stringMatching(/ranges of different lengths: 2 on the host for 3/),
    ]);
    expect(await complaintsOf(withService('ports: ["1-65535"]'))).toEqual([
      expect.stringMatching(/publishes more than 100 ports/),
    ]);
  });
});

describe("the environment of a service", () => {
  it("is what its files say, in their order, and what it says itself", async () => {
    const files = { "a.env": "A=1\nB=1\nC=$OUTSIDE", "b.env": "B=2", "raw.env": 'D="$A"' };
    const lines =
      "env_file:\n  - a.env\n  - path: ./b.env\n  - { path: none.env, required: false }\n  - { path: raw.env, format: raw }\nenvironment: { E: 5, F: 1.5, G: true, H: '' }";
    const { environment } = await serviceOf(lines, files, { variables: { OUTSIDE: "o" } });
    expect(environment).toEqual({ A: "1", B: "2", C: "o", D: '"$A"', E: "5", F: "1.5", G: "true", H: "" });
  });

  it("passes a name without a value on from the product, when it is set there", async () => {
    const file = withService("environment:\n  - TOKEN\n  - NONE\n  - EMPTY=");
    const { services, warnings } = await projectOf(file, { variables: { TOKEN: "t" } });
    expect(services[0]?.environment).toEqual({ TOKEN: "t", EMPTY: "" });
    expect(warnings).toEqual([
      "services.web.environment[1] passes on NONE, which is not set, so the container does not get it",
    ]);
    expect((await serviceOf("environment: { TOKEN: }", {}, { variables: { TOKEN: "t" } })).environment).toEqual({
      TOKEN: "t",
    });
  });

  it.each([
    ["env_file: missing.env", "4 services.web.env_file names missing.env, which is not a file in the repository"],
    ["env_file: [/etc/environment]", "4 services.web.env_file[0] names /etc/environment, which is a path on the host"],
    ["env_file: ../.env", "4 services.web.env_file names ../.env, which leads outside the repository"],
  ])("is refused: %s", async (lines, message) => {
    expect(await complaintsOf(withService(lines))).toEqual([`compose.yaml:${message}`]);
  });

  it("names the line of a file that is wrong", async () => {
    const files = { "app.env": "A=1\nwhat is this\n", "compose.yaml": withService("env_file: app.env") };
    expect(await complaintsOf(files)).toEqual(["app.env:2 what is this is not NAME=value"]);
  });
});

describe("the build of a service", () => {
  const files = {
    Dockerfile: "",
    "app/Dockerfile": "",
    "app/prod/Dockerfile.web": "",
    "shared/Dockerfile": "FROM shared",
  };
  const build = async (lines: string, options = {}) => {
    const { services } = await projectOf(
      { ...files, "compose.yaml": `services: { web: { build: ${lines} } }` },
      options,
    );
    return services[0]?.source;
  };
  const plain = {
    type: "build",
    context: "app",
    dockerfile: "Dockerfile",
    dockerfileInline: null,
    target: null,
    args: {},
    tag: null,
  };

  it.each([
    [".", { ...plain, context: "" }],
    ["./app/", plain],
    [
      "{ context: app, target: prod, args: [A=1, TOKEN, NONE] }",
      { ...plain, target: "prod", args: { A: "1", TOKEN: "t" } },
    ],
    ["{ context: app, args: { A: 1, B: } }", { ...plain, args: { A: "1" } }],
    ["{ context: app, dockerfile: prod/Dockerfile.web }", { ...plain, dockerfile: "prod/Dockerfile.web" }],
    ["{ dockerfile: app/Dockerfile }", { ...plain, context: "", dockerfile: "app/Dockerfile" }],
    ["{ context: app, dockerfile: ../shared/Dockerfile }", { ...plain, dockerfileInline: "FROM shared" }],
    [
      "{ context: shared, dockerfile_inline: FROM scratch }",
      { ...plain, context: "shared", dockerfileInline: "FROM scratch" },
    ],
  ])("%s", async (lines, expected) => {
    expect(await build(lines, { variables: { TOKEN: "t" } })).toEqual(expected);
  });

  it.each([
    ["https://github.com/a/b.git", /builds https:\/\/github\.com\/a\/b\.git, which is fetched from elsewhere/],
    ["git@github.com:a/b", /which is fetched from elsewhere/],
    ["..", /builds \.\., which leads outside the repository/],
    ["/srv/app", /builds \/srv\/app, which is a path on the host/],
    ["missing", /builds missing, which is not a folder in the repository/],
    [
      "{ context: app, dockerfile: Dockerfile.dev }",
      /needs app\/Dockerfile\.dev, which is not a file in the repository/,
    ],
    [
      "{ context: app, dockerfile: ../../Dockerfile }",
      /names \.\.\/\.\.\/Dockerfile, which leads outside the repository/,
    ],
  ])("is refused: %s", async (lines, complaint) => {
    const found = await complaintsOf({ ...files, "compose.yaml": `services: { web: { build: ${lines} } }` });
    expect(found).toEqual([expect.stringMatching(complaint)]);
  });
});

describe("services that belong together", () => {
  it("wait for each other in all three ways, by links as well, and know each other by further names", async () => {
    const { services, notes } = await projectOf(`services:
  web:
    image: app
    depends_on:
      db: { condition: service_healthy, restart: true }
      migrate: { condition: service_completed_successfully }
      cache: { condition: service_started, required: false }
      mail: { condition: service_started, required: false }
    links: [db:database, cache]
    networks: { back: { aliases: [shop] } }
  db: { image: postgres }
  migrate: { image: app, depends_on: [db] }
  cache: { image: redis }
  mail: { image: mail, profiles: [mail] }
networks: { back: }
`);
    const [web, db] = services;
    expect(web?.dependsOn).toEqual([
      { service: "db", condition: "healthy", required: true },
      { service: "cache", condition: "started", required: false },
      { service: "migrate", condition: "completed", required: true },
    ]);
    expect(web?.container.aliases).toEqual(["shop"]);
    expect(db?.container.aliases).toEqual(["database"]);
    expect(notes).toEqual([
      "services.mail is left out: it runs only with the profile mail (variable COMPOSE_PROFILES)",
      "networks (back) are replaced: all services are on one network and reach each other by name",
      "services.web.depends_on.db.restart is not applied: only the service itself is restarted",
      "services.web.depends_on.mail names the service mail, which runs only with the profile mail: nothing waits for it",
      "services.web.links are replaced by the deployment's own network, where services have the same names",
    ]);
  });

  it.each([
    ["depends_on: [nobody]", "depends_on[0] names the service nobody, which the file does not define"],
    ["depends_on: [seed]", "depends_on[0] names the service seed, which runs only with the profile seed"],
    ["links: [nobody]", "links[0] names the service nobody, which the file does not define"],
    ["depends_on: [web]", "depends_on[0] makes services wait for each other in a circle: web, which waits for web"],
  ])("cannot wait for what is not there: %s", async (lines, message) => {
    const file = `${withService(lines)}  seed: { image: app, profiles: [seed] }\n`;
    expect(await complaintsOf(file)).toEqual([`compose.yaml:4 services.web.${message}`]);
  });

  it("cannot wait for each other in a circle, which is reported once", async () => {
    const file =
      "services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [c] }\n  c: { image: x, depends_on: [a] }\n  d: { image: x, depends_on: [a] }";
    expect(await complaintsOf(file)).toEqual([
      "compose.yaml:4 services.c.depends_on[0] makes services wait for each other in a circle: a, which waits for b, which waits for c, which waits for a",
    ]);
  });

  it("are left out when none of them is wanted", async () => {
    const { services } = await projectOf("services: { web: { image: a, depends_on: [x] }, x: { image: b, scale: 0 } }");
    expect(services.map(({ name, dependsOn }) => ({ name, dependsOn }))).toEqual([{ name: "web", dependsOn: [] }]);
  });
});

describe("what Docker would refuse when it creates or starts a container", () => {
  it.each([
    ["working_dir: app", "compose.yaml:4 services.web.working_dir must be an absolute path in the container"],
    ["user: 'a b'", "compose.yaml:4 services.web.user is not a user: a b"],
    ["user: '99999999999'", "compose.yaml:4 services.web.user is not a user: 99999999999"],
    ["stop_signal: SIGFOO", "compose.yaml:4 services.web.stop_signal is not a signal: SIGFOO"],
    [`hostname: ${"a".repeat(80)}`, "compose.yaml:4 services.web.hostname is longer than 64 characters"],
    ["cap_drop: [FOO]", "compose.yaml:4 services.web.cap_drop names a capability that Linux does not have: FOO"],
    ["mem_limit: 1m", "compose.yaml:4 services.web.mem_limit must be at least 6m, the minimum that Docker accepts"],
    [
      "ulimits: { nofile: { soft: 100, hard: 10 } }",
      "compose.yaml:4 services.web.ulimits.nofile has a soft limit above its hard one",
    ],
  ])("is found in the plan, with its line: %s", async (lines, complaint) => {
    expect(await complaintsOf(withService(lines))).toEqual([complaint]);
  });

  it.each([
    "user: app",
    "user: app:staff",
    "user: '0'",
    "stop_signal: INT",
    "stop_signal: SIGRTMIN+3",
    "stop_signal: '15'",
  ])("is not found in what it takes: %s", async (lines) => expect(await complaintsOf(withService(lines))).toEqual([]));
});
