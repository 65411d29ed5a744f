import { grantedCapabilities } from "../../../server/model/deployment/capabilities.ts";
import { type Field, flag, items, pairs, text, texts } from "../read/field.ts";
import { noted, read, refused, skipped, type Verdicts } from "./verdict.ts";

/**
 * The verdict on every key of a service. A key that would reach the host, other products or Baton itself is refused.
 */
export const serviceKeys: Verdicts = {
  build: read,
  cap_add: refused(
    "gives the container privileges on the host that ordinary containers lack",
    "Remove it, along with whatever needs it.",
    // Adding a capability that every container has anyway is harmless, for instance after `cap_drop: [ALL]`.
    (field) => texts(field).every((name) => grantedCapabilities.includes(capability(name))),
  ),
  cap_drop: read,
  command: read,
  configs: read,
  cpus: read,
  depends_on: read,
  deploy: read,
  entrypoint: read,
  env_file: read,
  environment: read,
  expose: read,
  extends: read,
  healthcheck: read,
  hostname: read,
  image: read,
  init: read,
  labels: read,
  links: read,
  mem_limit: read,
  networks: read,
  pids_limit: read,
  ports: read,
  profiles: read,
  read_only: read,
  restart: read,
  scale: read,
  secrets: read,
  shm_size: read,
  stdin_open: read,
  stop_grace_period: read,
  stop_signal: read,
  sysctls: refused(
    "sets kernel parameters of the host, or ones that Docker can't set for a single container",
    "Use only parameters of the container's own namespaces: net.*, fs.mqueue.*, kernel.msg*, kernel.sem and kernel.shm*.",
    (field) => pairs(field).every(([name]) => isNamespaced(name)),
  ),
  tmpfs: read,
  tty: noted(
    "is not applied: output goes to the log; standard input is kept open, so that a shell keeps running",
    isNotFalse,
  ),
  ulimits: read,
  user: read,
  volumes: read,
  working_dir: read,

  attach: skipped,
  isolation: skipped,

  annotations: noted("are not passed on"),
  blkio_config: noted("is not applied"),
  container_name: noted(
    "is replaced, because two versions run side by side; other services can still reach this one by that name",
  ),
  cpu_count: noted("is not applied: use deploy.resources.limits.cpus"),
  cpu_percent: noted("is not applied: use deploy.resources.limits.cpus"),
  cpu_period: noted("is not applied: use deploy.resources.limits.cpus"),
  cpu_quota: noted("is not applied: use deploy.resources.limits.cpus"),
  cpu_rt_period: noted("is not applied"),
  cpu_rt_runtime: noted("is not applied"),
  cpu_shares: noted("is not applied: use deploy.resources.limits.cpus"),
  cpuset: noted("is not applied: use deploy.resources.limits.cpus"),
  develop: noted("is for docker compose watch, and not used"),
  dns: noted("is replaced by Docker's own DNS, which resolves the services' names"),
  dns_opt: noted("is not applied"),
  dns_search: noted("is not applied"),
  domainname: noted("is not applied"),
  label_file: noted("is not read"),
  logging: noted("is replaced: Baton keeps the logs itself"),
  mac_address: noted("is not applied"),
  mem_reservation: noted("is not applied: use deploy.resources.limits.memory"),
  mem_swappiness: noted("is not applied"),
  memswap_limit: noted("is not applied: containers get no swap"),
  oom_score_adj: noted("is not applied"),
  platform: noted("is not applied: images are pulled for the architecture of this server"),
  pull_policy: noted(
    "is not applied: an image that is already here is used, and a product redeploy pulls all of them again",
    (field) =>
      ["always", "never", "build", "daily", "weekly"].includes(text(field) ?? "") || /^every_/.test(text(field) ?? ""),
  ),
  pull_refresh_after: noted("is not applied: a product redeploy pulls images again"),
  storage_opt: noted("is not applied"),

  cgroup: refused("shows the container the host's control groups", "Remove it.", is("private")),
  cgroup_parent: refused("puts the container into a control group of the host", "Use deploy.resources.limits."),
  credential_spec: refused("reads credentials of the host", "Use secrets from files or variables."),
  device_cgroup_rules: refused("gives access to devices of the host", "Remove it."),
  devices: refused("gives access to devices of the host", "Remove it; a service that needs a device cannot run here."),
  external_links: refused(
    "reaches containers that do not belong to the product",
    "Add the other service to this product, or reach it by its public address.",
  ),
  extra_hosts: refused(
    "overrides the addresses of host names, including the host's own",
    "Reach other services by their names, and everything else by its public name.",
    isEmpty,
  ),
  gpus: refused("gives access to devices of the host", "Remove it; a service that needs a GPU cannot run here."),
  group_add: refused("adds groups, which is not supported", "Set user: to uid:gid, or create the group in the image."),
  ipc: refused("shares memory with the host or with another container", "Remove it.", is("private", "shareable")),
  models: refused("needs a model runner, which Baton does not have", "Run the model as a separate service."),
  network_mode: refused(
    "takes the container out of the deployment's own network",
    "Remove it: services reach each other by their names.",
    is("bridge", "default"),
  ),
  oom_kill_disable: refused("can bring the whole host to a halt", "Set a memory limit that is large enough.", isFalse),
  pid: refused("shows the container the processes of the host or of another container", "Remove it."),
  post_start: refused(
    "runs a command in the container after it starts, which is not supported",
    "Put it into the image's start command, or into a service that others wait for with service_completed_successfully.",
    isEmpty,
  ),
  pre_start: refused(
    "runs a command before the container, which is not supported",
    "Make it a separate service that this one waits for with service_completed_successfully.",
    isEmpty,
  ),
  pre_stop: refused(
    "runs a command in the container before it stops, which is not supported",
    "Have the app do it when it receives its stop signal.",
    isEmpty,
  ),
  privileged: refused("gives the container control of the whole host", "Remove it.", isFalse),
  provider: refused("runs a program on the host", "Use a service with an image or a build."),
  runtime: refused("chooses how the host runs containers", "Remove it.", is("runc")),
  security_opt: refused(
    "changes how the host isolates the container",
    "Remove it; no-new-privileges is set anyway.",
    (field) => items(field).every((item) => /^no-new-privileges([:=]true)?$/.test(text(item) ?? "")),
  ),
  use_api_socket: refused(
    "gives the container the Docker socket, and with it control of the whole host",
    "Remove it.",
    isFalse,
  ),
  userns_mode: refused("changes the user namespace of the container", "Remove it."),
  uts: refused("shares the host's UTS namespace (its host name) with the container", "Remove it."),
  volumes_from: refused(
    "mounts all volumes of another service or container",
    "List the volumes that both need under volumes: of each.",
    isEmpty,
  ),
};

/** Normalises a capability's name: `CAP_CHOWN`, `cap_chown` and `chown` are the same. */
export function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

/** Whether a sysctl belongs to the container's own network or IPC namespace. The list is Docker's. */
function isNamespaced(name: string): boolean {
  return /^(net\.|fs\.mqueue\.|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$)/.test(name);
}

function is(...accepted: readonly string[]): (field: Field) => boolean {
  return (field) => accepted.includes(text(field) ?? "");
}

function isNotFalse(field: Field): boolean {
  return flag(field) !== false;
}

function isFalse(field: Field): boolean {
  return flag(field) === false;
}

function isEmpty(field: Field): boolean {
  const { value } = field;
  return (value.type === "list" && value.items.length === 0) || (value.type === "mapping" && value.entries.size === 0);
}
