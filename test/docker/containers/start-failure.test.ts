import { expect, test } from "vitest";
import { startFailure } from "../../../server/docker/containers/start-failure.ts";
import { PortTaken, StartFailed } from "../../../server/ports/engine/containers.ts";

const endpoint = `driver failed programming external connectivity on endpoint baton-x-1 (${"0a".repeat(32)}): `;

test.each([
  `${endpoint}Bind for 127.0.0.1:20000 failed: port is already allocated`,
  `${endpoint}Error starting userland proxy: listen tcp4 127.0.0.1:20000: bind: address already in use`,
  `failed to set up container networking: ${endpoint}failed to bind host port for 127.0.0.1:20000:172.18.0.2:3000/tcp: address already in use`,
])("a host port that is in use: %s", (message) => {
  expect(startFailure(new Error(message))).toBeInstanceOf(PortTaken);
});

test.each([
  [
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    'exec: "nope": executable file not found in $PATH',
  ],
  [
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app": permission denied: unknown',
    'exec: "/app": permission denied',
  ],
  [
    "unable to find user nope: no matching entries in passwd file",
    "unable to find user nope: no matching entries in passwd file",
  ],
])("anything else, in the engine's own words: %s", (message, words) => {
  const failure = startFailure(new Error(message));
  expect(failure).toBeInstanceOf(StartFailed);
  expect(failure.message).toBe(words);
  expect(failure.cause).toBeInstanceOf(Error);
});
