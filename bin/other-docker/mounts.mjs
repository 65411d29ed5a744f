import { realpathSync } from "node:fs";
import { cp, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun } from "../set-up/run.mjs";

const CGROUPS = "/sys/fs/cgroup";
const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt";
/** slirp4netns answers for the machine's own name servers. */
const RESOLVER = "nameserver 10.0.2.3\n";

const mount = (...args) => mustRun("mount", args);

/**
 * Gives this mount namespace what is its own: /sys, control groups, /run (with Docker's socket), and a root file system
 * for the daemon in which `/run` and temporary files are the same.
 *
 * @returns {Promise<string>} the daemon's root
 */
export async function mountAll({ folder, root, config, hierarchies, network, diskMegabytes }) {
  const links = await linksIn(CGROUPS);
  await mount("-t", "sysfs", "sysfs", "/sys");
  await mountGroups(hierarchies, links);
  // These are looked up first, because the next step replaces /run, which they may lie in.
  const resolver = network ? realpathSync("/etc/resolv.conf") : null;
  await mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run");
  if (resolver) await mountFile(RESOLVER, join(folder, "resolv.conf"), resolver);
  return mountDaemonRoot({ folder, root, config, network, diskMegabytes });
}

async function mountFile(content, file, at) {
  await writeFile(file, content);
  if (at.startsWith("/run/")) {
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, "");
  }
  await mount("--bind", file, at);
}

/** The same hierarchies at the same places; their roots are the groups that this cgroup namespace was made in. */
async function mountGroups(hierarchies, links) {
  if (!hierarchies.some(({ at }) => at === CGROUPS)) await mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", CGROUPS);
  for (const { at, type, options } of hierarchies) {
    await mkdir(at, { recursive: true });
    await mount("-t", type, ...(options ? ["-o", options] : []), type, at);
  }
  for (const [name, target] of links) await symlink(target, join(CGROUPS, name)).catch(() => {});
}

/** Both names lead to the controllers, as in `cpu -> cpu,cpuacct`, because programs use either. */
async function linksIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  return Promise.all(links.map(async (name) => [name, await readlink(join(folder, name))]));
}

/** Changes go to memory, so that the cached programs stay as they are; images and containers are on the disk. */
async function mountDaemonRoot({ folder, root, config, network, diskMegabytes }) {
  const chroot = join(folder, "root");
  await mkdir(chroot);
  await mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", chroot);
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const [from, to] = [join(root, entry.name), join(chroot, entry.name)];
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (entry.name === "etc") await cp(from, to, { recursive: true, verbatimSymlinks: true });
    else if (entry.name === "usr" || entry.name.startsWith("lib") || entry.name.endsWith("bin")) {
      await mkdir(to);
      await mount("--bind", "-o", "ro", from, to);
    }
  }
  for (const shared of ["proc", "sys", "dev", "run"]) {
    await mkdir(join(chroot, shared), { recursive: true });
    await mount("--rbind", `/${shared}`, join(chroot, shared));
  }
  for (const empty of ["old", "tmp", "root", "var/lib", "var/tmp"])
    await mkdir(join(chroot, empty), { recursive: true });
  await symlink("/run", join(chroot, "var/run"));
  await mountSame(folder, chroot, folder);
  await mkdir(join(folder, "data"));
  if (diskMegabytes) await mountDisk(join(folder, "data"), diskMegabytes);
  await mountSame(join(folder, "data"), chroot, "/var/lib/docker");
  await writeSettings(chroot, config, network);
  return chroot;
}

/** A disk that fills up soon: a file system in a file. */
async function mountDisk(at, megabytes) {
  const file = `${at}.ext4`;
  await mustRun("truncate", ["-s", `${megabytes}M`, file]);
  await mustRun("mkfs.ext4", ["-q", "-m", "0", file]);
  await mount("-o", "loop", file, at);
}

async function mountSame(from, chroot, at) {
  await mkdir(join(chroot, at), { recursive: true });
  await mount("--bind", from, join(chroot, at));
}

async function writeSettings(chroot, config, network) {
  const write = async (path, content) => {
    await mkdir(join(chroot, dirname(path)), { recursive: true });
    await writeFile(join(chroot, path), content);
  };
  await write("etc/docker/daemon.json", JSON.stringify(config));
  await write("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
  await write("etc/resolv.conf", network ? RESOLVER : "");
  // It includes the certificate of a proxy that inspects TLS, if there is one.
  await write(CERTIFICATES, await readFile(`/${CERTIFICATES}`));
}
