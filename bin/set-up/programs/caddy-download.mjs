import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SetUpProblem } from "../console/problem.mjs";
import { archiveKeyrings } from "../packages/debian.mjs";
import { chooseMirror, listSources } from "../packages/debian-mirror.mjs";
import { mustRun } from "../run.mjs";

/**
 * Extracts the binary from the caddy package of Debian's unstable suite. It is static, so it runs on every Debian and
 * Ubuntu. apt downloads and verifies it with separate lists, so that the system's apt never sees that suite.
 */
export async function downloadCaddy(bin) {
  const folder = `${bin}-download`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "archives/partial"), { recursive: true });
  try {
    await fetchPackage(folder, chooseMirror(await listSources()));
    await mustRun("dpkg-deb", ["-x", await packageFile(folder), join(folder, "tree")]);
    const unpacked = join(folder, "tree/usr/bin/caddy");
    await chmod(unpacked, 0o755);
    await mkdir(dirname(bin), { recursive: true });
    await rename(unpacked, bin);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPackage(folder, mirror) {
  const architecture = (await mustRun("dpkg", ["--print-architecture"])).trim();
  const keyring = archiveKeyrings.find((file) => existsSync(file)) ?? null;
  await writeFile(join(folder, "sources.list"), sourceLine({ mirror, suite: "unstable", architecture, keyring }));
  await writeFile(join(folder, "status"), "");
  const settings = join(folder, "apt.conf");
  await writeFile(settings, aptSettings(folder));
  await mustRun("apt-get", ["-c", settings, "update"]);
  await mustRun("apt-get", ["-c", settings, "download", "caddy"], { cwd: folder });
}

export function sourceLine({ mirror, suite, architecture, keyring }) {
  const options = [`arch=${architecture}`, "target=Packages", ...(keyring ? [`signed-by=${keyring}`] : [])];
  return `deb [${options.join(" ")}] ${mirror} ${suite} main\n`;
}

/**
 * Returns settings that apt reads after the machine's own. They keep its proxies and certificates but not its sources,
 * pins and hooks. apt runs as root, because its sandbox account cannot write to a folder that only root may enter.
 */
export function aptSettings(folder) {
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Update::Post-Invoke-Stats;
#clear APT::Default-Release;
Dir::State "${folder}";
Dir::State::Lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
Dir::Etc::SourceList "${folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
`;
}

async function packageFile(folder) {
  const name = (await readdir(folder)).find((file) => file.endsWith(".deb"));
  if (!name) throw new SetUpProblem("apt-get downloaded no package.");
  return join(folder, name);
}
