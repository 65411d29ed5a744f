/**
 * The kernel capabilities of every container, without `CAP_`: what images expect that start as root, prepare their files,
 * and go on as somebody else. Docker's own default has more: raw sockets, device nodes, chroot, writing to the audit log,
 * capabilities on files.
 */
export const grantedCapabilities: readonly string[] = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "NET_BIND_SERVICE",
  "SETGID",
  "SETPCAP",
  "SETUID",
];
