/**
 * The kernel capabilities of every container, without `CAP_`: what images need that start as root, prepare their files
 * and then switch to another user. Docker's own default has more: raw sockets, device nodes, chroot, writing to the
 * audit log, capabilities on files.
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
