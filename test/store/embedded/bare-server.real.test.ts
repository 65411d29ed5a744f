import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { locateBinaries } from "../../../server/store/embedded/postgres-binaries.ts";
import { postgresCommand } from "../../../server/store/embedded/postgres-process.ts";

/** The accounts of a server that has no user but root. */
const accounts = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

test("a database can be created on a server that has no accounts but those of every distribution", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-accounts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const passwd = join(folder, "passwd");
  await writeFile(passwd, accounts);
  const { initdb } = await locateBinaries();
  const command = postgresCommand(initdb, [`--pgdata=${join(folder, "data")}`, "--auth=reject", "--locale=C"]);
  const inside = 'mount --bind "$0" /etc/passwd && exec "$@"';
  await promisify(execFile)("unshare", ["--mount", "sh", "-c", inside, passwd, ...command]);
  expect(await readFile(join(folder, "data/PG_VERSION"), "utf8")).toMatch(/^18/);
});
