import { describe, expect, test } from "vitest";
import { buildFailure } from "../../../server/docker/build/build-failure.ts";

// The messages are those of Docker 20.10, or of later versions where noted.

function facts(message: string, step: string | null = null, exitCode: number | null = null) {
  const failure = buildFailure({ message, step, exitCode });
  return {
    message: failure.message,
    step: failure.step,
    exitCode: failure.exitCode,
    missingBase: failure.missingBase,
  };
}

describe("a command that failed", () => {
  const failed = {
    step: "npm run build",
    exitCode: 2,
    missingBase: null,
    message: '"npm run build" failed with exit code 2.',
  };

  test("in BuildKit", () => {
    const message = "executor failed running [/bin/sh -c npm run build]: exit code: 2";
    expect(facts(message, "[build 4/6] RUN npm run build")).toEqual(failed);
  });

  test("in later versions of BuildKit, which quote it", () => {
    const message = 'failed to solve: process "/bin/sh -c npm run build" did not complete successfully: exit code: 2';
    expect(facts(message, "[build 4/6] RUN npm run build")).toEqual(failed);
    const quoted =
      'failed to solve: process "/bin/sh -c echo \\"a\\" && false" did not complete successfully: exit code: 1';
    expect(facts(quoted)).toMatchObject({ step: 'echo "a" && false', exitCode: 1 });
  });

  test("in the classic builder, which gives the exit code apart", () => {
    const message = "The command '/bin/sh -c npm run build' returned a non-zero code: 2";
    expect(facts(message, "[3/4] RUN npm run build", 2)).toEqual(failed);
  });

  test.each([
    ["executor failed running [/bin/sh -eu -c make]: exit code: 1", "make"],
    ["executor failed running [/bin/bash -o pipefail -c make | tee log]: exit code: 1", "make | tee log"],
    ["executor failed running [/bin/bash -euo pipefail -c make]: exit code: 1", "make"],
    ["executor failed running [node build.js -c x]: exit code: 1", "node build.js -c x"],
    ["executor failed running [/bin/sh -c sh -c make]: exit code: 1", "sh -c make"],
    ["executor failed running [/bin/sh -c a &&   b]: exit code: 1", "a &&   b"],
  ])("without the shell around it: %s", (message, step) => {
    expect(facts(message)).toMatchObject({ step, exitCode: 1 });
  });

  test("that could not even be started", () => {
    const buildkit =
      "executor failed running [/bin/sh -c cat /etc/passwd]: unable to find user nope: no matching entries in passwd file";
    const expected = {
      step: "cat /etc/passwd",
      exitCode: null,
      missingBase: null,
      message: '"cat /etc/passwd" failed: unable to find user nope: no matching entries in passwd file',
    };
    expect(facts(buildkit, "[2/2] RUN --mount=type=cache,target=/c cat /etc/passwd")).toEqual(expected);
    const classic = "unable to find user nope: no matching entries in passwd file";
    expect(facts(classic, "[3/3] RUN cat /etc/passwd")).toEqual(expected);
  });
});

describe("a base image that cannot be had", () => {
  const lookup = "dial tcp: lookup registry.example on 127.0.0.53:53: no such host";

  test("in BuildKit", () => {
    const message = `failed to solve with frontend dockerfile.v0: failed to create LLB definition: failed to do request: Head "https://registry.example/v2/library/node/manifests/22-slim": ${lookup}`;
    expect(facts(message, "[internal] load metadata for docker.io/library/node:22-slim")).toEqual({
      missingBase: "node:22-slim",
      step: null,
      exitCode: null,
      message: `no registry responded (failed to do request: Head "https://registry.example/v2/library/node/manifests/22-slim": ${lookup}).`,
    });
  });

  test.each([
    [
      "[internal] load metadata for docker.io/library/node:99",
      "docker.io/library/node:99: not found",
      "node:99",
      "has no such image",
    ],
    [
      "[internal] load metadata for docker.io/acme/private:1",
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      "acme/private:1",
      "requires credentials",
    ],
    [
      "[internal] load metadata for ghcr.io/acme/app:1",
      "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
      "ghcr.io/acme/app:1",
      "requires credentials",
    ],
    [
      "[internal] load metadata for 127.0.0.1:1/nope:1",
      'failed to do request: Head "http://127.0.0.1:1/v2/nope/manifests/1": dial tcp 127.0.0.1:1: connect: connection refused',
      "127.0.0.1:1/nope:1",
      "no registry responded",
    ],
    [
      `[1/4] FROM docker.io/library/node:22@sha256:${"a".repeat(64)}`,
      "failed to copy: httpReadSeeker: failed open: unexpected status code https://mirror/v2/library/node/blobs/x: 503 Service Unavailable",
      "node:22",
      "no registry responded",
    ],
    [
      "FROM docker.io/library/tool:latest",
      'failed to load cache key: failed to do request: Head "https://registry.example/v2/library/tool/manifests/latest": dial tcp: i/o timeout',
      "tool:latest",
      "no registry responded",
    ],
    [
      "[1/2] FROM nope",
      "pull access denied for nope, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      "nope",
      "requires credentials",
    ],
    [
      "[2/3] FROM node:$V",
      "manifest for node:99 not found: manifest unknown: manifest unknown",
      "node:99",
      "has no such image",
    ],
    [
      "[1/2] FROM --platform=linux/amd64 node:22",
      'Get "https://registry.example/v2/": net/http: TLS handshake timeout',
      "node:22",
      "no registry responded",
    ],
    [
      "[2/2] COPY --from=127.0.0.1:1/tool:2 /a /a",
      'invalid from flag value 127.0.0.1:1/tool:2: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
      "127.0.0.1:1/tool:2",
      "no registry responded",
    ],
    ["[1/2] FROM node:22", "toomanyrequests: You have reached your pull rate limit.", "node:22", "could not be used"],
  ])("%s: %s", (step, message, missingBase, why) => {
    const failure = facts(message, step);
    expect(failure).toMatchObject({ missingBase, step: null, exitCode: null });
    expect(failure.message).toContain(why);
  });

  test("the frontend that a syntax line names is one, and the message says where it stands", () => {
    const message = `failed to solve with frontend dockerfile.v0: failed to solve with frontend gateway.v0: failed to do request: Head "https://registry.example/v2/docker/dockerfile/manifests/1": ${lookup}`;
    const failure = facts(message, "resolve image config for docker.io/docker/dockerfile:1");
    expect(failure.missingBase).toBe("docker/dockerfile:1");
    expect(failure.message).toMatch(/^the Dockerfile's "# syntax" line asks for it, and no registry responded/);
  });

  test("a name that cannot be one is a mistake in the Dockerfile, not an absence", () => {
    const classic = "invalid reference format: repository name must be lowercase";
    expect(facts(classic, "[1/1] FROM Foo/Bar")).toEqual({
      message: classic,
      step: null,
      exitCode: null,
      missingBase: null,
    });
  });
});

describe("a Dockerfile that is wrong", () => {
  const frontend = "failed to solve with frontend dockerfile.v0: failed to create LLB definition: ";
  test.each([
    [
      `${frontend}dockerfile parse error line 2: unknown instruction: RUM`,
      "line 2 of the Dockerfile cannot be read (unknown instruction: RUM)",
    ],
    [`${frontend}ENV must have two arguments`, "ENV must have two arguments"],
    [
      `${frontend}dockerfile parse error line 3: unknown instruction: ECHO`,
      "line 3 of the Dockerfile cannot be read (unknown instruction: ECHO)",
    ],
    [
      `${frontend}dockerfile parse error line 2: Unknown flag: link`,
      "line 2 of the Dockerfile cannot be read (unknown flag: --link)",
    ],
    // Docker 28.5, and 29.7.
    [
      "dockerfile parse error on line 2: unknown flag: --parents",
      "line 2 of the Dockerfile cannot be read (unknown flag: --parents)",
    ],
    [
      "dockerfile parse error on line 2: unknown instruction: RNU (did you mean RUN?)",
      "line 2 of the Dockerfile cannot be read (unknown instruction: RNU)",
    ],
    [
      'dockerfile parse error on line 2: Unknown type "FOO" in HEALTHCHECK (try CMD)',
      'line 2 of the Dockerfile cannot be read (Unknown type "FOO" in HEALTHCHECK (try CMD))',
    ],
    [`${frontend}no build stage in current context`, "no build stage in current context"],
    [
      "failed to solve with frontend dockerfile.v0: failed to read dockerfile: open /var/lib/docker/tmp/buildkit-mount294497310/Dockerfile: no such file or directory",
      "failed to read dockerfile: open Dockerfile: no such file or directory",
    ],
    [
      "failed to parse Dockerfile: ENV must have two arguments",
      "failed to parse Dockerfile: ENV must have two arguments",
    ],
  ])("%s", (message, words) => {
    expect(facts(message)).toEqual({ message: words, step: null, exitCode: null, missingBase: null });
  });

  test("COPY of a file that is not there names the instruction", () => {
    const buildkit = facts('failed to compute cache key: "/nope.txt" not found: not found', "[2/2] COPY nope.txt /a");
    expect(buildkit).toMatchObject({ step: "COPY nope.txt /a", missingBase: null });
    expect(buildkit.message).toBe('"COPY nope.txt /a" failed: "/nope.txt" not found');
    const newer = 'failed to compute cache key: failed to calculate checksum of ref abc::xyz: "/nope.txt": not found';
    expect(facts(newer, "[2/2] COPY nope.txt /a").message).toBe(buildkit.message);
    const classic =
      "COPY failed: file not found in build context or excluded by .dockerignore: stat nope.txt: file does not exist";
    expect(facts(classic, "[2/2] COPY nope.txt /a")).toMatchObject({ step: "COPY nope.txt /a", missingBase: null });
  });
});

test("a full disk is called one, whatever step it hit", () => {
  const message = "failed to register layer: write /usr/lib/x: no space left on device";
  expect(facts(message, "[1/2] FROM docker.io/library/node:22")).toMatchObject({ missingBase: null });
  expect(facts(message, "[1/2] FROM docker.io/library/node:22").message).toMatch(
    /^The disk of the Docker host is full/,
  );
  expect(facts(message, "[2/2] RUN npm ci")).toMatchObject({ step: "npm ci" });
});

test("a long command stays whole as a fact and short in the sentence", () => {
  const command = `echo ${"x".repeat(500)}`;
  const failure = facts(`executor failed running [/bin/sh -c ${command}]: exit code: 1`);
  expect(failure.step).toBe(command);
  expect(failure.message.length).toBeLessThan(160);
});
