import { child, children, type Field, flag, items, pairs, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";

// The keys below a service and below a network that the Compose Specification allows and Baton does not apply. The log
// names each of them. service-keys.ts judges the keys of a service itself.

type Notes = Readonly<Record<string, string>>;

const ofHealthcheck: Notes = { start_interval: "is not applied: interval is used from the start" };

const ofDependency: Notes = {
  restart: "is not applied: only the service itself is restarted",
};

const ofPort: Notes = {
  mode: "is for Docker Swarm, and not used",
  app_protocol: "is not used: x-baton says how a port is served",
};

const ofVolume: Notes = { nocopy: "is not applied: an empty volume is filled with what the image has at its path" };

const ofBind: Notes = {
  propagation: "is not applied",
  selinux: "is not applied",
  recursive: "is not applied",
};

const ofTmpfs: Notes = { mode: "is not applied: everyone can write there" };

const ofGrant: Notes = {
  uid: "is not applied: the file belongs to root",
  gid: "is not applied: the file belongs to root",
};

const ofAttachment: Notes = {
  mac_address: "is not applied",
  link_local_ips: "is not applied",
  interface_name: "is not applied",
  driver_opts: "is not applied",
};

/** Matches an option of `tmpfs: /tmp:size=64m,mode=1770` other than the size. */
const tmpfsOption = /^(?!size=|rw$)\S+/;

export function sayNotApplied(service: Field, report: Report): void {
  const below = (field: Field | null, notes: Notes) => {
    for (const [name, note] of Object.entries(notes)) {
      const found = child(field, name);
      if (found && flag(found) !== false) report.note(found.key, note);
    }
  };
  below(child(service, "healthcheck"), ofHealthcheck);
  for (const [, dependency] of children(child(service, "depends_on"))) below(dependency, ofDependency);
  for (const [, attachment] of children(child(service, "networks"))) below(attachment, ofAttachment);
  for (const kind of ["configs", "secrets"]) {
    for (const grant of items(child(service, kind))) below(grant, ofGrant);
  }
  for (const port of items(child(service, "ports"))) {
    below(port, ofPort);
    sayHostAddress(port, report);
  }
  for (const mount of items(child(service, "volumes"))) {
    below(child(mount, "volume"), ofVolume);
    below(child(mount, "bind"), ofBind);
    below(child(mount, "tmpfs"), ofTmpfs);
    if (/:(?:\w+,)*nocopy(?:,|$)/.test(text(mount) ?? ""))
      report.note(mount.key, `asks for nocopy, which ${ofVolume.nocopy}`);
  }
  for (const mount of [child(service, "tmpfs")].flatMap((field) =>
    field && text(field) !== null ? [field] : items(field),
  )) {
    const options =
      (text(mount) ?? "")
        .split(":")[1]
        ?.split(",")
        .filter((option) => tmpfsOption.test(option)) ?? [];
    if (options.length > 0)
      report.note(mount.key, `asks for ${options.join(", ")}, which is not applied: only the size is`);
  }
  sayLabels(child(service, "labels"), report);
}

/** Notes that `127.0.0.1:8080:80` publishes a port on the host only, while Baton makes a web service public. */
function sayHostAddress(port: Field, report: Report): void {
  const written = text(child(port, "host_ip")) ?? /^(\[[^\]]+\]|[\d.]+):[\d-]*:/.exec(text(port) ?? "")?.[1] ?? null;
  if (written === null || /^(?:0\.0\.0\.0|\[?::\]?)$/.test(written)) return;
  report.note(
    port.key,
    `asks for the host's address ${written}, which is not applied: a web service is reachable by everyone who can reach the proxy; x-baton: { kind: tcp } limits it to the other services`,
  );
}

function sayLabels(labels: Field | null, report: Report): void {
  if (labels === null) return;
  const others = pairs(labels).filter(([name]) => !/^traefik\./i.test(name));
  if (others.length > 0) report.note(labels.key, "are not passed on to the container");
}

/** Notes that `internal: true` on a network is not applied. */
export function sayInternal(network: Field, report: Report): void {
  const internal = child(network, "internal");
  if (internal && flag(internal) === true) {
    report.note(internal.key, "is not applied: its services can reach the internet");
  }
}
