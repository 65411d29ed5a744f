import { describe, expect, it } from "vitest";
import { complaintsOf, problemsOf, projectOf, serviceOf, withService } from "./composed.ts";

/** What is in the repository. */
const files = {
  "nginx.conf": "",
  "config/a.json": "",
  "sub/compose.yaml": "services: { web: { image: app, volumes: ['../nginx.conf:/n', './x:/x'] } }",
  "sub/x/y": "",
};

/** The two syntaxes of one mount. */
function both(source: string, path: string, readOnly = ""): readonly string[] {
  const mode = readOnly === "true" ? ":ro" : readOnly === "false" ? ":rw" : "";
  const long = readOnly ? `, read_only: ${readOnly}` : "";
  return [`["${source}:${path}${mode}"]`, `[{ type: bind, source: "${source}", target: "${path}"${long} }]`];
}

describe("a bind mount of the repository", () => {
  it.each(both("./nginx.conf", "/etc/nginx.conf"))(
    "is a file of the commit, and cannot be written: %s",
    async (volumes) => {
      const { container } = await serviceOf(`volumes: ${volumes}`, files);
      expect(container.mounts).toEqual([
        { type: "repository", source: "nginx.conf", digest: "", path: "/etc/nginx.conf", readOnly: true },
      ]);
    },
  );

  it.each([...both("./config/", "/config/", "false"), ...both("config/../config", "/config", "false").slice(1)])(
    "is a folder of the commit, and can be written when asked: %s",
    async (volumes) => {
      const { container } = await serviceOf(`volumes: ${volumes}`, files);
      expect(container.mounts).toEqual([
        { type: "repository", source: "config", digest: "", path: "/config", readOnly: false },
      ]);
    },
  );

  it("starts at the folder of its compose file", async () => {
    const { services } = await projectOf(files, { folder: "sub" });
    expect(services[0]?.container.mounts).toMatchObject([{ source: "nginx.conf" }, { source: "sub/x" }]);
  });

  it("may be the whole repository", async () => {
    const { container } = await serviceOf("volumes: ['.:/app']", files);
    expect(container.mounts).toMatchObject([{ source: "", path: "/app" }]);
  });
});

describe("a bind mount that leads outside the repository", () => {
  const paths = ["/etc", "/var/run/docker.sock", "/", "../other", "./config/../../other", "~/data", "/etc/localtime"];
  it.each(paths.flatMap((path) => both(path, "/mnt")))("is refused: %s", async (volumes) => {
    const problems = await problemsOf({ ...files, "compose.yaml": withService(`volumes: ${volumes}`) });
    expect(problems.map(({ line, key }) => ({ line, key }))).toEqual([{ line: 4, key: "services.web.volumes[0]" }]);
  });

  it("says what to do instead", async () => {
    const hintFor = async (path: string) => (await problemsOf(withService(`volumes: ["${path}:/x"]`)))[0]?.hint;
    expect(await hintFor("/etc/localtime")).toMatch(/TZ/);
    expect(await hintFor("/run/docker.sock")).toMatch(/Baton does the routing and updating itself/);
    expect(await hintFor("/srv")).toMatch(/named volume/);
  });

  it("is refused when a variable leads there", async () => {
    const file = withService('volumes: ["$SOURCE:/x"]').replace("$SOURCE", "$" + "{SOURCE:-/etc}");
    expect(await complaintsOf(file)).toEqual([
      "compose.yaml:4 services.web.volumes[0] mounts /etc, which is a path on the host",
    ]);
  });
});

describe("a bind mount of what is not in the repository", () => {
  it.each([...both("./data", "/app/data"), ...both("./var/up loads", "/data")])(
    "keeps its data in a volume: %s",
    async (volumes) => {
      const { services, notes } = await projectOf(withService(`volumes: ${volumes}`));
      expect(services[0]?.container.mounts).toEqual([
        {
          type: "volume",
          volume: expect.stringMatching(/^(data|var-up-loads)$/),
          path: expect.any(String),
          readOnly: false,
        },
      ]);
      expect(notes[0]).toMatch(/is not in the repository: its data is kept in the volume/);
    },
  );

  it("keeps it apart from a volume of that name", async () => {
    const { services } = await projectOf(`${withService('volumes: ["data:/a", "./data:/b"]')}volumes: { data: }`);
    expect(services[0]?.container.mounts).toMatchObject([{ volume: "data" }, { volume: "data-folder" }]);
  });

  it.each([
    '["./missing.conf:/app/conf"]',
    '["./missing:/app/settings.json"]',
    '["./Caddyfile:/Caddyfile"]',
    '["./missing:/etc/app"]',
    '["./missing:/data:ro"]',
    "[{ type: bind, source: ./missing, target: /data, bind: { create_host_path: false } }]",
  ])("is refused where an empty folder helps nobody: %s", async (volumes) => {
    expect(await complaintsOf(withService(`volumes: ${volumes}`))).toEqual([
      expect.stringMatching(/mounts .*, which is not in the repository$/),
    ]);
  });
});

describe("a mount that is kept by Docker", () => {
  it("is a named volume, an anonymous one, or memory, in both syntaxes", async () => {
    const { services } = await projectOf(`services:
  web:
    image: app
    volumes:
      - data:/data
      - logs:/logs:ro
      - /cache
      - { type: volume, source: data, target: /more, read_only: true }
      - { type: volume, target: /own }
      - { type: tmpfs, target: /tmp, tmpfs: { size: 64m } }
    tmpfs: ["/run:size=1g,mode=700", /scratch]
volumes: { data: , logs: , unused: }
`);
    expect(services[0]?.container.mounts).toEqual([
      { type: "volume", volume: "data", path: "/data", readOnly: false },
      { type: "volume", volume: "logs", path: "/logs", readOnly: true },
      { type: "anonymous", path: "/cache" },
      { type: "volume", volume: "data", path: "/more", readOnly: true },
      { type: "anonymous", path: "/own" },
      { type: "tmpfs", path: "/tmp", sizeBytes: 64 * 1024 ** 2 },
      { type: "tmpfs", path: "/run", sizeBytes: 1024 ** 3 },
      { type: "tmpfs", path: "/scratch", sizeBytes: null },
    ]);
  });

  it.each([
    ['["data:/data"]', "uses the volume data, which is not declared"],
    ['["memos/:/data"]', "uses the volume memos/, which is not declared"],
    ['["data:data"]', "cannot be mounted at data"],
    ['["/"]', "cannot be mounted at /"],
    ['["data:/a/../b"]', "cannot be mounted at /a/../b"],
    ['["/proc/sys"]', "cannot be mounted at /proc/sys"],
    ['["//proc/./sys/"]', "cannot be mounted at //proc/./sys/"],
    ["[{ type: tmpfs, target: /sys }]", "cannot be mounted at /sys"],
    ["[{ type: npipe, source: a, target: /a }]", "is a mount of the type npipe"],
    ["[{ type: image, source: a, target: /a }]", "is a mount of the type image"],
    ["[{ type: volume, target: /a, volume: { subpath: b } }]", "mounts part of a volume, which is not supported"],
  ])("is refused: %s", async (volumes, message) => {
    expect(await complaintsOf(withService(`volumes: ${volumes}`))).toEqual([expect.stringContaining(message)]);
  });

  it("counts once for each path, the later one", async () => {
    const { services, notes } = await projectOf(withService("volumes: [/a]\ntmpfs: /a"));
    expect(services[0]?.container.mounts).toEqual([{ type: "tmpfs", path: "/a", sizeBytes: null }]);
    expect(notes).toEqual(["services.web.tmpfs replaces another mount at /a"]);
  });
});

describe("configs and secrets", () => {
  it("are files of the commit, texts or variables, at their usual places unless a target is set", async () => {
    const repository = {
      "key.txt": "k",
      "compose.yaml": `services:
  web:
    image: app
    secrets:
      - key
      - { source: token, target: api-token, mode: 0400 }
    configs:
      - { source: page, target: /srv/index.html, mode: "0640" }
      - page
secrets:
  key: { file: ./key.txt }
  token: { environment: TOKEN }
configs:
  page: { content: hello }
`,
    };
    const { services } = await projectOf(repository, { variables: { TOKEN: "t" } });
    const page = { type: "text", text: "hello" };
    expect(services[0]?.container.mounts).toEqual([
      { ...page, path: "/srv/index.html", mode: 0o640 },
      { ...page, path: "/page", mode: 0o444 },
      { type: "repository", source: "key.txt", digest: "", path: "/run/secrets/key", readOnly: true },
      { type: "variable", variable: "TOKEN", path: "/run/secrets/api-token", mode: 0o400 },
    ]);
  });

  it.each([
    [
      "secrets: { key: { file: missing.txt } }",
      5,
      "secrets.key.file names missing.txt, which is not a file in the repository",
    ],
    ["secrets: { key: { file: /etc/shadow } }", 5, "secrets.key.file names /etc/shadow, which is a path on the host"],
    [
      "secrets: { key: { file: ../../key } }",
      5,
      "secrets.key.file names ../../key, which leads outside the repository",
    ],
    [
      "secrets: { key: { environment: NONE } }",
      5,
      "secrets.key.environment takes its content from the variable NONE, which is not set",
    ],
    ["secrets: { key: {} }", 5, "secrets.key is a secret without content"],
    ["x-nothing: here", 4, "services.web.secrets[0] uses the secret key, which is not declared"],
  ])("are refused: %s", async (section, line, message) => {
    expect(await complaintsOf(`${withService("secrets: [key]")}${section}`)).toEqual([
      `compose.yaml:${line} ${message}`,
    ]);
  });

  it.each([
    ["target: /..", "/.."],
    ["target: /", "/"],
    ["target: /etc/", "/etc/"],
    ["target: ../x", "../x"],
    ["target: a/../../x", "a/../../x"],
    ["target: .", "."],
    ["target: /proc/1/environ", "/proc/1/environ"],
    ["target: /sys/x", "/sys/x"],
  ])("cannot be mounted where no file can be: %s", async (target, path) => {
    for (const kind of ["configs", "secrets"]) {
      const file = `services:\n  web: { image: app, ${kind}: [{ source: a, ${target} }] }\n${kind}: { a: { file: x } }\n`;
      expect(await complaintsOf({ x: "", "compose.yaml": file })).toEqual([
        expect.stringContaining(`cannot be mounted at ${path}`),
      ]);
    }
  });

  it("cannot be mounted at their names when these are none of a file", async () => {
    for (const name of [".", ".."]) {
      const file = `services:\n  web: { image: app, configs: ["${name}"] }\nconfigs: { "${name}": { content: x } }\n`;
      expect(await complaintsOf(file)).toEqual([expect.stringContaining(`cannot be mounted at ${name}`)]);
    }
  });
});
