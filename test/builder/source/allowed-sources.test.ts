import { describe, expect, test } from "vitest";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import type { SourceRules } from "../../../builder/source/allowed-sources.ts";
import { tree } from "../tree.ts";

const on = "FROM baton/node:22\n";

async function outcome(
  files: Readonly<Record<string, string>>,
  { variables = {}, ...rules }: Partial<SourceRules> & { variables?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const sources = { allowPrivate: false, ownRegistry: null, ...rules };
  const options = { healthTimeoutMs: 90_000, variables, sources };
  try {
    await planTree(tree(files), options);
    return "allowed";
  } catch (error) {
    return (error as Error).message;
  }
}

const dockerfile = (text: string, rules?: Parameters<typeof outcome>[1]) => outcome({ Dockerfile: text }, rules);
const compose = (lines: string, more = {}, rules?: Parameters<typeof outcome>[1]) =>
  outcome({ "compose.yaml": `services:\n  web:\n    ports: ["3000"]\n${lines}`, ...more }, rules);

describe("what a Dockerfile fetches from this machine or a private network is refused:", () => {
  test.each([
    "http://127.0.0.1:25881/canary",
    "http://localhost/x",
    "http://app.localhost/x",
    "http://LOCALHOST:9200/_search",
    "https://10.1.2.3/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://[::1]:8080/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fd00:ec2::254]/",
    "http://user:password@127.0.0.1/",
    "http://github.com@127.0.0.1/",
    "http://github.com\\\\@127.0.0.1/",
    'http://"127".0.0.1/',
    'ht"tp"://127.0.0.1/',
    "HTTP://127.0.0.1/",
    "http://metadata.google.internal/",
    "http://db/",
    "git://127.0.0.1/repository.git",
    "ssh://git@10.0.0.1/repository.git",
    "git@192.168.1.5:repository.git",
    "https://127.0.0.1/repository.git#main",
  ])("ADD %s", async (url) => {
    expect(await dockerfile(`${on}ADD ${url} /x\n`)).toMatch(
      /^Dockerfile, line 2: ADD uses .*(is not an address on the internet|cannot be checked)$/,
    );
  });

  test.each([
    ["in JSON", `ADD ["http://127.0.0.1/x", "/x"]`, 2],
    ["in lower case", "add http://127.0.0.1/x /x", 2],
    ["behind a flag", "ADD --chown=1:1 http://127.0.0.1/x /x", 2],
    ["over several lines", "ADD --chown=1:1 \\\n  http://127.0.0.1/x \\\n  /x", 2],
    ["among files", "ADD a.txt http://127.0.0.1/x /x/", 2],
    ["when it is built upon", "ONBUILD ADD http://127.0.0.1/x /x", 2],
    ["by an argument", "ARG HOST=127.0.0.1\nADD http://$HOST/x /x", 3],
    ["by a default", `ARG HOST\nADD http://\${HOST:-127.0.0.1}/x /x`, 3],
    ["by an alternative", `ARG HOST=a\nADD http://\${HOST:+127.0.0.1}/x /x`, 3],
    ["by the whole URL in a variable", "ENV URL=http://127.0.0.1/x\nADD $URL /x", 3],
    ["in a stage that nothing needs", "ADD http://127.0.0.1/x /x\nFROM baton/node:22", 2],
  ])("%s", async (_, lines, line) => {
    expect(await dockerfile(on + lines)).toMatch(
      new RegExp(`^Dockerfile, line ${line}: ADD uses http://127\\.0\\.0\\.1/x, but`),
    );
  });

  test.each([
    ["ENV counts over ARG", "ENV HOST=127.0.0.1\nARG HOST=github.com\nADD http://$HOST/x /x"],
    ["ENV counts over ARG of before FROM", "ENV HOST=127.0.0.1\nARG HOST\nADD http://$HOST/x /x"],
    ["the second of two arguments", "ARG A=1 HOST=127.0.0.1\nADD http://$HOST/x /x"],
    ["the old form of ENV", "ENV HOST 127.0.0.1\nADD http://$HOST/x /x"],
    ["a stage's variables", "ENV HOST=127.0.0.1\nFROM base AS two\nADD http://$HOST/x /x"],
    ["what a flag hides behind a quoted blank", 'ADD --chown="a b" http://127.0.0.1/x /x'],
    ["JSON's own escapes", 'ADD ["http://\\u0031\\u0032\\u0037.0.0.1/x", "/x"]'],
    ["comments and blank lines within", "ADD \\\n# comment\n\n  http://127.0.0.1/x \\  \n /x"],
    ["here-documents that old builders do not know", "RUN true <<RUN\nADD http://127.0.0.1/x /x"],
    ["another escape character", "ADD a.txt `\nhttp://127.0.0.1/x /x"],
    ["another escape character in a word", "ADD h`ttp://127.0.0.1/x /x"],
    ["another escape character in JSON", 'ADD ["h`ttp://127.0.0.1/x", "/x"] # `'],
    ["another escape character before a blank", "ENV HOST=127.0.0.1\nENV A=x` HOST=github.com\nADD http://$HOST/x /x"],
    ["another escape character in a trigger", "ONBUILD ADD h`ttp://127.0.0.1/x /x"],
    ["something behind JSON", 'ADD ["http://127.0.0.1/x", "/x"] x'],
    ["a blank of Go's before an instruction", "\u0085ADD http://127.0.0.1/x /x"],
    ["a blank of Go's before JSON", 'ADD \u0085["http://127.0.0.1/x", "/x"]'],
    ["a blank of Go's before a comment", "\u0085# comment \\\nADD http://127.0.0.1/x /x"],
    ["what is no blank of Go's", "RUN true \\\n\ufeff\nADD http://127.0.0.1/x /x"],
    ["two backslashes at the end of a line", "LABEL a=b\\\\\nADD http://127.0.0.1/x /x"],
    ["an ARG that some builders let win over ENV", "ENV HOST=github.com\nARG HOST=127.0.0.1\nADD http://$HOST/x /x"],
    [
      "a platform that is known only where it is built",
      `ARG TARGETARCH\nADD http://\${TARGETARCH:+127.0.0.1/}\${TARGETARCH:-github.com}/x /x`,
    ],
    ["a here-document in a trigger", "ONBUILD RUN <<EOF\nRUN <<NOWHERE\nEOF\nADD http://127.0.0.1/x /x"],
    [
      "what looks like a here-document behind JSON",
      'RUN <<EOF\nhello\nEOF\nRUN ["true"] <<NOWHERE\nADD http://127.0.0.1/x /x',
    ],
  ])("however it is written: %s", async (_, lines) => {
    const header = lines.includes("`") ? "# escape=`\n" : "ARG HOST=github.com\n";
    expect(await dockerfile(`${header}FROM baton/node:22 AS base\n${lines}`)).toMatch(
      /ADD uses .* but 127\.0\.0\.1 is not/,
    );
  });

  test.each([
    `ENV URL=xhttp://127.0.0.1/\nADD \${URL#x} /x`,
    "ENV HOST=github.com$FROM_BASE\nADD http://$HOST/ /x",
    "ENV HOST=github.com\nONBUILD ENV HOST=127.0.0.1\nONBUILD ADD http://$HOST/x /x",
  ])("what cannot be known is not guessed at: %s", async (lines) => {
    expect(await dockerfile(on + lines)).toMatch(/uses a variable that is not set here/);
  });

  test("a variable that nothing here sets is not guessed at", async () => {
    expect(await dockerfile(`${on}ADD http://$FROM_BASE/x /x`)).toMatch(/uses a variable that is not set here/);
    expect(await dockerfile(`${on}ADD $FROM_BASE /x`)).toMatch(/uses a variable that is not set here/);
  });

  test("what the build is given counts over a default", async () => {
    const lines = `${on}ARG NEXT_PUBLIC_HOST=github.com\nADD https://$NEXT_PUBLIC_HOST/x /x`;
    expect(await dockerfile(lines)).toBe("allowed");
    expect(await dockerfile(lines, { variables: { NEXT_PUBLIC_HOST: "127.0.0.1" } })).toMatch(/not an address/);
    const build = `    build: { context: ., args: { HOST: "\${HOST:-127.0.0.1}" } }\n`;
    const Dockerfile = `${on}ARG HOST=github.com\nADD https://$HOST/x /x`;
    expect(await compose(build, { Dockerfile })).toMatch(/not an address/);
  });
});

describe("images of registries on this machine are refused:", () => {
  test.each([
    ["FROM", "FROM 127.0.0.1:5000/x"],
    ["FROM", "FROM localhost/x"],
    ["FROM", "FROM LOCALHOST/x"],
    ["FROM", "FROM registry:5000/x"],
    ["FROM", "FROM [::1]:5000/x"],
    ["FROM", `ARG R=10.0.0.1:5000\nFROM \${R}/x`],
    ["FROM", `ARG R\nFROM \${R:-10.0.0.1}/x AS base\nFROM base`],
    ["FROM", "FROM --platform=linux/amd64 2130706433:80/x"],
    ["COPY --from", `${on}COPY --from=127.0.0.1:5000/x /a /a`],
    ["RUN --mount=from", `${on}RUN --mount=type=bind,from=127.0.0.1:5000/x,target=/x true`],
    ["COPY --from", `${on}COPY --f"rom"='127.0.0.1:5000/x' /a /a`],
    ["RUN --mount=from", `${on}RUN --mount="id=a b,from=127.0.0.1:5000/x,target=/x" true`],
    ["RUN --mount=from", `${on}ONBUILD RUN --mount=from=127.0.0.1:5000/x,target=/x true`],
    ["RUN --mount=from", `${on}RUN --mount=target=/x,\\"from=127.0.0.1:5000/x\\" true`],
    ["FROM", `FROM \${TARGETARCH:+127.0.0.1:5000/}\${TARGETARCH:-node}`],
    ["FROM", `ARG R\nFROM \${R-10.0.0.1/x}`],
    ["RUN --mount=from", `${on}RUN --mount=target=/x,"FROM=127.0.0.1:5000/x" true`],
  ])("%s in %s", async (by, text) => {
    expect(await dockerfile(text)).toMatch(new RegExp(`: ${by} uses .* is not an address on the internet$`));
  });

  test("image: of a compose file", async () => {
    expect(await compose("    image: 127.0.0.1:25881/x\n")).toMatch(
      /^compose\.yaml, line 2: services\.web\.image uses 127\.0\.0\.1:25881\/x, but 127\.0\.0\.1 is not an address/,
    );
    expect(await compose(`    image: "\${R:-127.0.0.1}/x"\n`)).toMatch(/not an address/);
  });

  test("unless the administrator allows them, or has named the registry", async () => {
    expect(await dockerfile("FROM 127.0.0.1:5000/x", { allowPrivate: true })).toBe("allowed");
    expect(await dockerfile("FROM 10.0.0.1:5000/x", { ownRegistry: "10.0.0.1:5000" })).toBe("allowed");
    expect(await dockerfile("FROM 10.0.0.1:5001/x", { ownRegistry: "10.0.0.1:5000" })).toMatch(/not an address/);
  });
});

describe("what is allowed:", () => {
  test.each([
    ["FROM node:22-slim"],
    ["FROM library/node:22"],
    ["FROM ghcr.io/owner/image:1@sha256:abc"],
    ["FROM docker.io/library/node:22"],
    ["FROM node AS deb\nFROM deb"],
    ['FROM node:22 AS build\nFROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /b /b\nCMD ["/a"]'],
    [`${on}ADD app.tar.gz /app\nADD $JAVA_HOME /x`.replace("$JAVA_HOME", "files")],
    [`${on}ARG JAR\nADD $JAR app.jar`],
    [`${on}ARG V=1\nADD https://github.com/o/r/releases/v\${V}/\${UNKNOWN}.tgz /x`],
    [`${on}ADD git@github.com:owner/repository.git /x`],
    [`${on}RUN --mount=type=cache,target=/root/.npm true`],
    ["FROM node AS build-amd64\nFROM build-$TARGETARCH AS final"],
    [`ARG R=ghcr.io\nFROM \${R:-\${R:-docker.io}}/o/i`],
    [`${on}RUN <<EOF python3\nfrom abc import ABC\nEOF`],
    [`${on}ADD rootfs-$FROM_BASE.tar.gz /`],
    [`# syntax=docker/dockerfile:1\n${on}`],
    [`# syntax = docker.io/docker/dockerfile-upstream:1.7-labs\n${on}`],
    [`${on}RUN <<EOF\nADD http://127.0.0.1/x /x\nEOF`],
  ])("%s", async (text) => {
    expect(await dockerfile(text)).toBe("allowed");
  });
});

describe("frontends and caches", () => {
  test.each([
    "# syntax=127.0.0.1:5000/evil",
    "#syntax=evil/dockerfile:1",
    "# escape=\\\n# Syntax = evil/x",
    "# syntax=docker/dockerfile.evil/x",
    "// syntax=evil/x",
  ])("%s is refused", async (line) => {
    expect(await dockerfile(`${line}\n${on}`)).toMatch(/# syntax names .*only Docker's own frontends are accepted/);
  });

  test("a frontend by a build argument is refused", async () => {
    const build = "    build: { context: ., args: { BUILDKIT_SYNTAX: evil/x } }\n";
    expect(await compose(build, { Dockerfile: on })).toMatch(/BUILDKIT_SYNTAX names evil\/x/);
  });

  test.each(["source=/", "src=/etc", '"source=x"', "SOURCE=x", '"id=a b",source=/', "type=CACHE,source=/"])(
    "a cache with %s is refused",
    async (option) => {
      expect(await dockerfile(`${on}RUN --mount=type=cache,target=/x,${option} true`)).toMatch(
        /sets a source .*not supported/,
      );
    },
  );
});

describe("images of other products", () => {
  test.each([
    "baton-ys8b6g3l/p1-web:d1",
    "docker.io/baton-ys8b6g3l/p1-web:d1",
    "index.docker.io/baton-ys8b6g3l/p1-web:d1",
    "baton-x/p1-web@sha256:abc",
  ])("%s is refused wherever it is named", async (name) => {
    const why = /belongs to its product alone/;
    expect(await compose(`    image: ${name}\n`)).toMatch(why);
    expect(await dockerfile(`FROM ${name}`)).toMatch(why);
    expect(await dockerfile(`ARG A=${name}\nFROM $A`)).toMatch(why);
    expect(await dockerfile(`${on}COPY --from=${name} /a /a`)).toMatch(why);
    expect(await dockerfile(`${on}RUN --mount=from=${name},target=/x true`)).toMatch(why);
    expect(await dockerfile(`FROM ${name}`, { allowPrivate: true })).toMatch(why);
  });

  test.each(["docker.io/baton/node:22", "index.docker.io/baton/node:22", "docker.io/baton/x"])(
    "%s, which a pull would put in the place of Baton's own, is refused",
    async (name) => {
      expect(await compose(`    image: "${name}"\n`)).toMatch(/are made on this server and never pulled/);
      expect(await dockerfile(`FROM ${name}`)).toMatch(/are made on this server and never pulled/);
      expect(await dockerfile(`${on}COPY --from=${name} /a /a`)).toMatch(/are made on this server and never pulled/);
    },
  );

  test.each(["sha256:0123abcd", "0123abcd", "docker.io/cafe", "f3a"])("%s, an id, is refused", async (name) => {
    expect(await compose(`    image: "${name}"\n`)).toMatch(/by its id/);
    expect(await dockerfile(`FROM ${name}`)).toMatch(/by its id/);
  });

  test("a name of hexadecimal letters with a tag is a name", async () => {
    expect(await compose("    image: cafe:latest\n")).toBe("allowed");
  });
});

describe("names are looked up:", () => {
  const leads = (host: string, ...addresses: string[]) => ({
    addressesOf: async (asked: string) => (asked === host ? addresses : []),
  });

  test("one that leads to a private address is refused, even when it also leads elsewhere", async () => {
    const rules = leads("files.example.com", "93.184.215.14", "10.0.0.5");
    expect(await dockerfile(`${on}ADD https://files.example.com/x /x`, rules)).toBe(
      "Dockerfile, line 2: ADD uses https://files.example.com/x, but files.example.com resolves to 10.0.0.5, which is not an address on the internet",
    );
    expect(await compose("    image: registry.example.com:5000/x\n", {}, leads("registry.example.com", "::1"))).toMatch(
      /registry\.example\.com resolves to ::1/,
    );
  });

  test("public ones, those that nobody knows, and all where private networks are allowed are not", async () => {
    const add = `${on}ADD https://files.example.com/x /x`;
    expect(await dockerfile(add, leads("files.example.com", "93.184.215.14"))).toBe("allowed");
    expect(await dockerfile(add, leads("other.example.com", "10.0.0.5"))).toBe("allowed");
    expect(await dockerfile(add, { allowPrivate: true, ...leads("files.example.com", "10.0.0.5") })).toBe("allowed");
    const own = { ownRegistry: "mirror.example.com", ...leads("mirror.example.com", "10.0.0.5") };
    expect(await dockerfile("FROM mirror.example.com/node", own)).toBe("allowed");
  });

  test("Docker's own registry, and addresses, are not asked for", async () => {
    const asked: string[] = [];
    const addressesOf = async (host: string) => asked.splice(0, 0, host);
    await dockerfile("FROM docker.io/library/node\nADD http://93.184.215.14/x /x\nFROM ghcr.io/a/b", { addressesOf });
    expect(asked).toEqual(["ghcr.io"]);
  });
});

describe("names that Docker could not read are refused in the plan:", () => {
  test.each([
    ["    image: MyOrg/App:latest", /names of images are lower case/],
    ["    image: ghcr.io/MyOrg/app", /names of images are lower case/],
    ["    image: redis:$TAG", /ends without a tag/],
  ])("%s", async (lines, why) => {
    expect(await compose(lines)).toMatch(why);
  });

  test("an empty ARG as a tag", async () => {
    expect(await dockerfile('ARG V=""\nFROM node:$V')).toMatch(/ends without a tag/);
  });

  test.each(["    image: registry.example.com:5000/app:Release-1", "    image: redis:7-Alpine"])(
    "but not %s",
    async (lines) => {
      expect(await compose(lines, {}, { addressesOf: async () => [] })).toBe("allowed");
    },
  );
});
