import type { BaseName } from "../plan/plan.ts";
import { type Architecture, architectures, programPackages } from "./architectures.ts";

/** A base image: its official source, and how it is made here when no registry can be reached. */
export interface BaseImage {
  /** The reference in generated Dockerfiles when a registry can be reached. */
  readonly official: string;
  readonly local: LocalImage;
  /** The version that is made here instead when this one cannot be made. `local` is that version's. */
  readonly standIn: BaseName | null;
}

/**
 * Describes how an image is made without a registry: files on top of another image or of nothing, and a few Dockerfile
 * lines. The image works with the same generated Dockerfiles as the official image: programs have the same paths, and
 * users are given by number.
 */
export interface LocalImage {
  /** The local image below it; null when there is none. */
  readonly base: BaseName | null;
  readonly ingredients: readonly Ingredient[];
  /** Commands that finish the image, in the syntax of a Dockerfile's RUN. They need a base. */
  readonly commands: readonly string[];
  /** Dockerfile lines such as ENV and CMD. */
  readonly settings: readonly string[];
  /** Describes the contents of the image to a waiting user: "Debian's packages, about a minute". */
  readonly effort: string;
}

/** A source of files for a local image. Paths are absolute in the image, without the leading slash. */
export type Ingredient =
  /** A minimal Debian with these packages. Files that match `without` are left out. */
  | { readonly type: "debian"; readonly suite: string; readonly packages: readonly string[]; readonly without: RegExp }
  /** Files of an npm package. `place` maps a path in the package to one in the image, or leaves it out. */
  | {
      readonly type: "npm";
      readonly name: string;
      readonly range: string;
      readonly place: (path: string) => string | null;
    }
  /** The machine's own Caddy, with the libraries that it loads in their expected places. */
  | { readonly type: "caddy"; readonly path: string }
  /** The certificate authorities that this machine trusts. */
  | { readonly type: "certificates"; readonly path: string }
  | { readonly type: "text"; readonly path: string; readonly content: string }
  | { readonly type: "link"; readonly path: string; readonly target: string };

export const nodeMajors = [20, 22, 24] as const;
export type NodeMajor = (typeof nodeMajors)[number];

/**
 * The Python versions of Debian's stable releases, which can be made here, and the other versions with the nearest of
 * those.
 */
const debianPythons = { "3.11": "bookworm", "3.13": "trixie" } as const;
const otherPythons = { "3.9": "3.11", "3.10": "3.11", "3.12": "3.13", "3.14": "3.13" } as const;
export type PythonMinor = keyof typeof debianPythons | keyof typeof otherPythons;
const debianPythonMinors = Object.keys(debianPythons) as readonly (keyof typeof debianPythons)[];
/** Versions that can be made here come first. The very first is the one that most packages support. */
export const pythonMinors = [
  ...debianPythonMinors,
  ...(["3.12", "3.14", "3.10", "3.9"] as const),
] satisfies PythonMinor[];

/**
 * Returns the base image with the tools that compile packages: Python, make and a C++ compiler. It is used only for
 * builds.
 */
export function withCompilers(major: NodeMajor): BaseName {
  return `node:${major}-full`;
}

/** Returns the same for Python, with git, from which some packages are fetched. */
export function pythonInFull(minor: PythonMinor): BaseName {
  return `python:${minor}-full`;
}

/** All names that `baseImage` knows and that can be made here. */
export const makeableBases: readonly BaseName[] = [
  "debian:12",
  ...nodeMajors.map((major) => `node:${major}` as const),
  "debian:12-full",
  ...nodeMajors.map(withCompilers),
  "bun:1",
  "static:1",
  ...debianPythonMinors.map((minor) => `python:${minor}` as const),
  ...debianPythonMinors.map(pythonInFull),
  "go:1",
  "go:1-full",
];

/** Returns the reference in a registry, which serves every architecture under one name; null for an unknown name. */
export function officialImage(name: BaseName): string | null {
  const [any] = architectures;
  return any ? (baseImage(name, any)?.official ?? null) : null;
}

/** Returns null for an unknown name. */
export function baseImage(name: BaseName, architecture: Architecture): BaseImage | null {
  const major = nodeMajors.find((candidate) => name === `node:${candidate}`);
  if (major) return made(`node:${major}-slim`, localNode(major, architecture, "debian:12"));
  const compiling = nodeMajors.find((candidate) => name === withCompilers(candidate));
  if (compiling) return made(`node:${compiling}`, localNode(compiling, architecture, "debian:12-full"));
  const python = pythonMinors.find((minor) => name === `python:${minor}`);
  if (python) return pythonImage(python);
  const inFull = pythonMinors.find((minor) => name === pythonInFull(minor));
  if (inFull) return fullPythonImage(inFull);
  switch (name) {
    case "debian:12":
      return made("debian:12-slim", localDebian);
    case "debian:12-full":
      return made("buildpack-deps:bookworm", localCompilers);
    case "bun:1":
      return made("oven/bun:1-slim", localBun(architecture));
    case "static:1":
      return made("caddy:2", localStatic);
    case "go:1":
      return made("golang:1", localGo([]));
    case "go:1-full":
      return made("golang:1", localGo(["gcc", "libc6-dev"]));
    default:
      return null;
  }
}

function made(official: string, local: LocalImage): BaseImage {
  return { official, local, standIn: null };
}

function pythonImage(minor: PythonMinor): BaseImage {
  const official = `python:${minor}-slim`;
  if (minor === "3.11" || minor === "3.13") return made(official, localPython(minor, []));
  const nearest = otherPythons[minor];
  return { official, local: localPython(nearest, []), standIn: `python:${nearest}` };
}

function fullPythonImage(minor: PythonMinor): BaseImage {
  const packages = ["python3-dev", "make", "g++", "git"];
  const official = `python:${minor}`;
  if (minor === "3.11" || minor === "3.13") return made(official, localPython(minor, packages));
  const nearest = otherPythons[minor];
  return { official, local: localPython(nearest, packages), standIn: pythonInFull(nearest) };
}

const certificates = "etc/ssl/certs/ca-certificates.crt";

// Matches the files that Debian's own slim images leave out; copyright files stay.
const withoutInDebian = /^(?:usr\/share\/(?:man|locale|info|lintian)\/|usr\/share\/doc\/.*\/(?!copyright$)[^/]+$)/;

/** Also matches the certificates that packages bring, which would otherwise be in the image twice. */
const withoutCertificates = new RegExp(`${withoutInDebian.source}|^${certificates}$`);

function debianWith(
  packages: readonly string[],
  settings: readonly string[],
  effort: string,
  { suite = "bookworm", without = withoutInDebian } = {},
): LocalImage {
  return {
    base: null,
    ingredients: [
      { type: "debian", suite, packages, without },
      // The host's bundle includes the certificate authority of a proxy that inspects TLS, if there is one.
      { type: "certificates", path: certificates },
    ],
    commands: [],
    settings: ["ENV LANG=C.UTF-8", ...settings],
    effort,
  };
}

// Libraries that Node's binary loads. They are installed here, because packages cost more time in a later layer.
const localDebian = debianWith(
  ["libstdc++6", "libatomic1"],
  ['CMD ["bash"]'],
  "Debian packages (once, takes about half a minute)",
);

const localCompilers = debianWith(
  ["libstdc++6", "libatomic1", "python3", "make", "g++"],
  ['CMD ["bash"]'],
  "Debian's compilers (once, takes about a minute)",
);

function localPython(minor: keyof typeof debianPythons, further: readonly string[]): LocalImage {
  const image = debianWith(
    ["python3", "python3-venv", "libstdc++6", ...further],
    [`ENV SSL_CERT_FILE=/${certificates} PIP_CERT=/${certificates}`, 'CMD ["python3"]'],
    "Debian's Python (once, takes about half a minute)",
    { suite: debianPythons[minor], without: withoutCertificates },
  );
  // The official image has both names.
  const python: Ingredient = { type: "link", path: "usr/local/bin/python", target: "/usr/bin/python3" };
  return { ...image, ingredients: [...image.ingredients, python] };
}

// Go comes from the newer release, because go.mod rarely asks for a version older than a year. The programs that it
// builds run anywhere. As in the official image, Go does not download other versions of itself.
function localGo(compiler: readonly string[]): LocalImage {
  const settings = ["ENV GOTOOLCHAIN=local", 'CMD ["go", "version"]'];
  return debianWith(["golang-go", ...compiler], settings, "Debian's Go (once, takes about a minute)", {
    suite: "trixie",
  });
}

function localBun(architecture: Architecture): LocalImage {
  return {
    base: "debian:12",
    ingredients: [
      {
        type: "npm",
        name: programPackages(architecture).bun,
        range: "1",
        place: (path) => (path === "bin/bun" ? "usr/local/bin/bun" : null),
      },
      { type: "link", path: "usr/local/bin/bunx", target: "bun" },
    ],
    commands: [
      "groupadd --gid 1000 bun",
      "useradd --uid 1000 --gid bun --shell /bin/bash --create-home bun",
      "bun --version",
    ],
    settings: [`ENV NODE_EXTRA_CA_CERTS=/${certificates}`, 'CMD ["bun"]'],
    effort: "Debian and npm packages (once, takes about a minute)",
  };
}

/** The npm version that each major version of Node includes. */
const npmMajor: Readonly<Record<NodeMajor, number>> = { 20: 10, 22: 10, 24: 11 };

function localNode(major: NodeMajor, architecture: Architecture, base: "debian:12" | "debian:12-full"): LocalImage {
  const modules = "usr/local/lib/node_modules";
  const headers = base === "debian:12-full" ? /^include\/node\// : null;
  return {
    base,
    ingredients: [
      {
        type: "npm",
        name: programPackages(architecture).node,
        range: String(major),
        place: (path) => (path === "bin/node" || headers?.test(path) ? `usr/local/${path}` : null),
      },
      { type: "npm", name: "npm", range: String(npmMajor[major]), place: (path) => `${modules}/npm/${path}` },
      { type: "link", path: "usr/local/bin/npm", target: "../lib/node_modules/npm/bin/npm-cli.js" },
      { type: "link", path: "usr/local/bin/npx", target: "../lib/node_modules/npm/bin/npx-cli.js" },
    ],
    commands: [
      "groupadd --gid 1000 node",
      "useradd --uid 1000 --gid node --shell /bin/bash --create-home node",
      "node --version",
      "npm --version",
    ],
    settings: [`ENV NODE_EXTRA_CA_CERTS=/${certificates}`, 'CMD ["node"]'],
    effort: "Debian and npm packages (once, takes about a minute)",
  };
}

const localStatic: LocalImage = {
  base: null,
  ingredients: [
    { type: "caddy", path: "usr/bin/caddy" },
    { type: "text", path: "etc/mime.types", content: mimeTypes() },
  ],
  commands: [],
  settings: [
    "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data PATH=/usr/bin",
    "WORKDIR /srv",
    'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
  ],
  effort: "this server's Caddy (once, takes a few seconds)",
};

/** The MIME types that Go does not know and that browsers insist on. */
function mimeTypes(): string {
  return [
    "application/manifest+json webmanifest",
    "application/rss+xml rss",
    "application/atom+xml atom",
    "audio/mpeg mp3",
    "audio/ogg ogg oga opus",
    "font/otf otf",
    "font/ttf ttf",
    "font/woff woff",
    "font/woff2 woff2",
    "image/x-icon ico",
    "text/calendar ics",
    "text/csv csv",
    "text/markdown md",
    "text/plain txt",
    "video/mp4 mp4",
    "video/webm webm",
    "",
  ].join("\n");
}
