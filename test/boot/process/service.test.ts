import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serviceFiles } from "../../../bin/set-up/service/service-units.mjs";
import { findService, serviceEnvironment } from "../../../server/boot/process/service.ts";

// There is no systemd here, so a program in its place records its arguments. The units are those of `npm run service`.

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-service-"));
  data = join(folder, "data 100%");
  await mkdir(data);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const secret = 'postgres://a:p"a$s\\s`@db/baton';

async function installed() {
  const facts = { root: "/srv/baton", node: "/usr/bin/node", caddy: "/usr/bin/caddy" };
  const files = serviceFiles({ ...facts, data, env: { DATABASE_URL: secret, BATON_DOMAIN: "example.com" } });
  for (const { path, text } of files) {
    const place = path.startsWith("/etc/") ? join(folder, path) : path;
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  }
  const systemctl = join(folder, "systemctl");
  await writeFile(systemctl, `#!/bin/sh\necho "$@" >> "${folder}/asked"\n`);
  await chmod(systemctl, 0o755);
  return { within: join(folder, "etc"), systemctl };
}

test("a service is stopped and started by its name, and removed with all of its files", async () => {
  const options = await installed();
  const service = await findService(data, options);
  await service?.stop();
  await service?.start();
  await service?.remove();
  expect(await readFile(join(folder, "asked"), "utf8")).toBe(
    "stop baton.service\nstart baton.service\ndisable --now baton.service baton-caddy.service\ndaemon-reload\n",
  );
  const left = await readdir(join(folder, "etc"), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
  expect(await findService(data, options)).toBeNull();
});

test("a service of another folder is left alone", async () => {
  const options = await installed();
  expect(await findService(join(folder, "other"), options)).toBeNull();
});

test("the service's settings are known to the command that removes it", async () => {
  await installed();
  expect(await serviceEnvironment(data)).toMatchObject({ DATABASE_URL: secret, BATON_DOMAIN: "example.com" });
  expect(await serviceEnvironment(join(folder, "other"))).toEqual({});
});
