// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { describe, expect, it } from "vitest";
import { buildKeys } from "../../../builder/compose/judge/build-keys.ts";
import { deployKeys } from "../../../builder/compose/judge/deploy-keys.ts";
import { serviceKeys } from "../../../builder/compose/judge/service-keys.ts";
import type { Verdicts } from "../../../builder/compose/judge/verdict.ts";
import schema from "../../../builder/compose/read/schema/compose-spec.json" with { type: "json" };
import { complaintsOf, problemsOf, projectOf, serviceOf, withService } from "./composed.ts";

function refusedKeys(verdicts: Verdicts): readonly string[] {
  return Object.keys(verdicts)
    .filter((key) => verdicts[key]?.type === "refused")
    .toSorted();
}

describe("the allow-list", () => {
  const { service, deployment } = schema.$defs;
  const build = service.properties.build.oneOf.find((form) => form.properties);
  it.each([
    ["a service", service.properties, serviceKeys],
    ["a build", build?.properties, buildKeys],
    ["a deploy", deployment.properties, deployKeys],
  ] as const)("has a verdict on each key that the specification has for %s, and on no other", (_, known, verdicts) => {
    expect(Object.keys(verdicts).toSorted()).toEqual(Object.keys(known ?? {}).toSorted());
  });
});

/** Each refused key of a service, with an example of its value. */
const refusedInServices: Readonly<Record<string, string>> = {
  cap_add: "[SYS_ADMIN]",
  cgroup: "host",
  cgroup_parent: "/system.slice",
  credential_spec: "{ file: spec.json }",
  device_cgroup_rules: '["c 1:3 mr"]',
  devices: '["/dev/kmsg:/dev/kmsg"]',
  external_links: "[other]",
  extra_hosts: '["host.docker.internal:host-gateway"]',
  gpus: "all",
  group_add: "[docker]",
  ipc: "host",
  models: "[llama]",
  network_mode: "host",
  oom_kill_disable: "true",
  pid: "host",
  post_start: "[{ command: ./seed.sh }]",
  pre_start: "[{ command: ./seed.sh }]",
  pre_stop: "[{ command: ./bye.sh }]",
  privileged: "true",
  provider: "{ type: awesomecloud }",
  runtime: "sysbox-runc",
  security_opt: '["seccomp:unconfined"]',
  sysctls: "{ kernel.panic: 1 }",
  use_api_socket: "true",
  userns_mode: "host",
  uts: "host",
  volumes_from: '["container:other"]',
};

describe("a service", () => {
  it.each(Object.entries(refusedInServices))(
    "is refused with %s: %s, at its line, with what to do",
    async (key, value) => {
      const problems = await problemsOf(withService(`${key}: ${value}`));
      expect(problems).toEqual([
        {
          file: "compose.yaml",
          line: 4,
          key: `services.web.${key}`,
          message: expect.stringMatching(new RegExp(`^services\\.web\\.${key} \\w`)),
          hint: expect.stringMatching(/^[A-Z].*\.$/s),
        },
      ]);
    },
  );

  it("has an example above for each key that can be refused", () => {
    expect(Object.keys(refusedInServices).toSorted()).toEqual(refusedKeys(serviceKeys));
  });

  it.each([
    "network_mode: container:other",
    "network_mode: service:db",
    "network_mode: none",
    "pid: service:db",
    "ipc: container:other",
    'cap_add: ["CAP_NET_RAW"]',
    "cap_add: [ALL]",
    'security_opt: ["no-new-privileges:false"]',
    'security_opt: ["apparmor=unconfined", "no-new-privileges:true"]',
    'sysctls: ["vm.swappiness=1"]',
    "privileged: ${YES:-true}",
  ])("is refused with %s", async (line) => {
    const [key = ""] = line.split(":");
    expect((await problemsOf(withService(line))).map((problem) => problem.key)).toEqual([`services.web.${key}`]);
  });

  it.each([
    "privileged: false",
    "network_mode: bridge",
    "ipc: private",
    "cgroup: private",
    "runtime: runc",
    'security_opt: ["no-new-privileges:true"]',
    "cap_drop: [ALL]\ncap_add: [CHOWN, CAP_SETUID, net_bind_service]",
    "sysctls: { net.core.somaxconn: 1024 }",
    "extra_hosts: []",
    "oom_kill_disable: no",
    "tty: false",
    "stdin_open: true",
    "pull_policy: missing",
    'ports: ["0.0.0.0::80"]',
    "labels: { traefik.enable: true }",
  ])("is accepted with %s, which asks for nothing", async (lines) => {
    expect(await complaintsOf(withService(lines))).toEqual([]);
  });

  it.each([
    ["container_name: shop", "services.web.container_name is replaced"],
    ["dns: 1.1.1.1", "services.web.dns is replaced"],
    ["logging: { driver: syslog }", "services.web.logging is replaced"],
    ["platform: linux/arm64", "services.web.platform is not applied"],
    ["mem_reservation: 64m", "services.web.mem_reservation is not applied"],
    ["develop: { watch: [{ path: ., action: rebuild }] }", "services.web.develop is for docker compose watch"],
    ["deploy: { placement: { constraints: [a] } }", "services.web.deploy.placement is for Docker Swarm"],
    ['ports: ["8080:80"]', "services.web.ports asks for port 8080 on the host"],
    [
      'ports: ["127.0.0.1:8080:80"]',
      "services.web.ports[0] asks for the host's address 127.0.0.1, which is not applied",
    ],
    ["ports: [{ target: 80, host_ip: '::1' }]", "services.web.ports[0] asks for the host's address ::1"],
    ["tty: true", "services.web.tty is not applied"],
    ["pull_policy: always", "services.web.pull_policy is not applied"],
    ["healthcheck: { test: [CMD, x], start_interval: 1s }", "services.web.healthcheck.start_interval is not applied"],
    ['tmpfs: "/tmp:size=1m,mode=1770"', "services.web.tmpfs asks for mode=1770, which is not applied"],
    ["labels: { com.example.a: b }", "services.web.labels are not passed on"],
    [
      "volumes: [{ type: tmpfs, target: /t, tmpfs: { mode: 448 } }]",
      "services.web.volumes[0].tmpfs.mode is not applied",
    ],
    ["networks: { default: { mac_address: '02:42:ac:11:00:01' } }", "services.web.networks.default.mac_address is not"],
  ])("is accepted with %s, and a line says what happens instead", async (lines, note) => {
    const { notes } = await projectOf(withService(lines));
    expect(notes.filter((line) => line.startsWith(note))).toHaveLength(1);
  });

  it.each(["tty: false", "pull_policy: missing", "labels: { traefik.enable: true }", "ports: [80]"])(
    "is accepted with %s without a word",
    async (lines) => expect((await projectOf(withService(lines))).notes).toEqual([]),
  );

  it("keeps standard input open where a terminal is asked for, so that a shell stays", async () => {
    const opens = async (lines: string) => (await serviceOf(lines)).container.keepsStdinOpen;
    expect(await opens("tty: true")).toBe(true);
    expect(await opens("stdin_open: true")).toBe(true);
    expect(await opens("stdin_open: false")).toBeUndefined();
  });

  it("may have keys of its own that begin with x-", async () => {
    expect(await complaintsOf(withService("x-team: { owner: anna }"))).toEqual([]);
  });
});

const refusedInBuilds: Readonly<Record<string, string>> = {
  additional_contexts: "{ base: https://example.com/base.git }",
  entitlements: "[security.insecure]",
  extra_hosts: '["registry:10.0.0.1"]',
  network: "host",
  privileged: "true",
  secrets: "[token]",
  ssh: "[default]",
};

describe("a build", () => {
  const files = (line: string) => ({
    Dockerfile: "FROM scratch",
    "compose.yaml": `services:\n  web:\n    build:\n      context: .\n      ${line}\n`,
  });

  it.each(Object.entries(refusedInBuilds))("is refused with %s: %s", async (key, value) => {
    const problems = await problemsOf(files(`${key}: ${value}`));
    expect(problems.map(({ line, key }) => ({ line, key }))).toEqual([{ line: 5, key: `services.web.build.${key}` }]);
  });

  it("has an example above for each key that can be refused", () => {
    expect(Object.keys(refusedInBuilds).toSorted()).toEqual(refusedKeys(buildKeys));
  });

  it.each(["network: default", "privileged: false", "no_cache: true", "tags: [a, b]"])(
    "is accepted with %s",
    async (line) => {
      expect(await complaintsOf(files(line))).toEqual([]);
    },
  );
});

describe("a network that is internal", () => {
  it("is replaced like others, and a line says that its services reach the internet", async () => {
    const { notes } = await projectOf(`${withService("networks: [back]")}networks: { back: { internal: true } }\n`);
    expect(notes).toContainEqual(expect.stringMatching(/^networks.back.internal is not applied/));
  });
});

describe("devices", () => {
  it("are refused as reserved resources, too", async () => {
    const lines = "deploy:\n  resources:\n    reservations:\n      devices: [{ capabilities: [gpu] }]";
    expect(await complaintsOf(withService(lines))).toEqual([
      "compose.yaml:7 services.web.deploy.resources.reservations.devices gives access to devices of the host",
    ]);
  });
});

describe("what lies outside of the product", () => {
  const networks = "networks:\n  shared:\n    external: true\n";
  const volumes = (lines: string) =>
    `services:\n  web: { image: app, volumes: ["data:/data"] }\nvolumes:\n  data:\n    ${lines}\n`;
  it.each([
    ["an external network", `services:\n  web: { image: app }\n${networks}`, "networks.shared.external", 5],
    ["an external volume", volumes("external: true"), "volumes.data.external", 5],
    ["a volume driver", volumes("driver: nfs"), "volumes.data.driver", 5],
    [
      "a volume that is a folder of the host",
      volumes("driver_opts: { type: none, o: bind, device: /etc }"),
      "volumes.data.driver_opts",
      5,
    ],
    [
      "an external secret",
      "services:\n  web: { image: app, secrets: [key] }\nsecrets:\n  key:\n    external: true\n",
      "secrets.key",
      4,
    ],
    [
      "an external config",
      "services:\n  web: { image: app, configs: [key] }\nconfigs:\n  key:\n    external: true\n",
      "configs.key",
      4,
    ],
    [
      "a secret of another driver",
      "services:\n  web: { image: app, secrets: [key] }\nsecrets:\n  key: { driver: vault }\n",
      "secrets.key",
      4,
    ],
  ] as const)("is refused: %s", async (_, file, key, line) => {
    expect((await problemsOf(file)).map((problem) => [problem.key, problem.line])).toEqual([[key, line]]);
  });

  it("is no matter where external is false", async () => {
    expect(await complaintsOf(volumes("external: false"))).toEqual([]);
  });
});
