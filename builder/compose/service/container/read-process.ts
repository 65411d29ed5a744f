import { constants } from "node:os";
import { capability } from "../../judge/service-keys.ts";
import { type Field, text, texts } from "../../read/field.ts";
import type { Report } from "../../read/report.ts";

// Values that Docker would refuse when it creates or starts a container are found here, with the line in the file.

export function readWorkingDir(field: Field | null, report: Report): string | null {
  const written = text(field);
  if (field === null || written === null || written.startsWith("/")) return written;
  const hint = written === "" ? "Remove it." : `Begin it with a slash: /${written.replace(/^(?:\.\/)+/, "")}.`;
  report.problem(field.at, field.key, "must be an absolute path in the container", hint);
  return null;
}

/** Reads `user`, by name or number: `app`, `1000:1000`. */
export function readUser(field: Field | null, report: Report): string | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const parts = written.split(":");
  const isUser = parts.length <= 2 && parts.every((part) => /^[^\s:-][^\s:]*$/.test(part) && isId(part));
  if (isUser || written === "") return written;
  report.problem(field.at, field.key, `is not a user: ${written}`, "Write it like app, 1000 or 1000:1000.");
  return null;
}

function isId(part: string): boolean {
  return !/^\d+$/.test(part) || Number(part) <= 2_147_483_647;
}

/** The kernel's limit on a host name. */
const maxHostname = 64;

export function readHostname(field: Field | null, report: Report): string | null {
  const written = text(field);
  if (field === null || written === null || written.length <= maxHostname) return written;
  report.problem(field.at, field.key, `is longer than ${maxHostname} characters`, "Shorten it.");
  return null;
}

/** Reads `stop_signal`: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`. */
export function readStopSignal(field: Field | null, report: Report): string | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const name = written.toUpperCase().replace(/^SIG/, "");
  const isNumber = /^\d{1,2}$/.test(written) && Number(written) >= 1 && Number(written) <= 64;
  if (
    isNumber ||
    Object.hasOwn(constants.signals, `SIG${name}`) ||
    /^RTM(?:IN(?:\+\d{1,2})?|AX(?:-\d{1,2})?)$/.test(name)
  )
    return written;
  report.problem(field.at, field.key, `is not a signal: ${written}`, "Write it like SIGTERM, SIGINT or SIGQUIT.");
  return null;
}

const capabilities = new Set(
  (
    "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH " +
    "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT " +
    "SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" "),
);

/** Reads `cap_drop` in capitals and without `CAP_`. */
export function readDropped(field: Field | null, report: Report): readonly string[] {
  const dropped = texts(field).map(capability);
  const unknown = dropped.find((name) => !capabilities.has(name));
  if (field !== null && unknown !== undefined) {
    const hint = "Capabilities have names such as NET_RAW; ALL drops all of them.";
    report.problem(field.at, field.key, `names a capability that Linux does not have: ${unknown}`, hint);
  }
  return dropped;
}
