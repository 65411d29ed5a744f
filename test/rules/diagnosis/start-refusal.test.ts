import { describe, expect, it } from "vitest";
import { startRefusal } from "../../../server/rules/diagnosis/start-refusal.ts";

describe("why the engine would not create or start a container", () => {
  // Docker's own messages, without the prefixes of the runtime's layers.
  it.each([
    [
      "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
      "it asks for more CPUs than this server has (2)",
    ],
    ["Minimum memory limit allowed is 6MB", "its memory limit is below the least that Docker accepts (6MB)"],
    ["No command specified", "there is no command to run: its image has no CMD and no ENTRYPOINT"],
    ["no command specified", "there is no command to run: its image has no CMD and no ENTRYPOINT"],
    [
      "the working directory 'app' is invalid, it needs to be an absolute path",
      "its working directory app is not an absolute path",
    ],
    ["Cannot mkdir: /etc/passwd is not a directory", "its working directory /etc/passwd is a file"],
    ["unable to find user app: no matching entries in passwd file", "its image has no user named app"],
    ["unable to find group web: no matching entries in group file", "its image has no group named web"],
    ["uids and gids must be in range 0-2147483647", "the number of its user or group is out of range"],
    [
      "error during container init: open /proc/sys/net/foo/bar: no such file or directory",
      "the sysctl net.foo.bar can't be set in a container (no such file or directory)",
    ],
    [
      'sysctl "vm.max_map_count" is not in a separate kernel namespace',
      "the sysctl vm.max_map_count can't be set in a container",
    ],
    [
      "error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted",
      "one of its ulimits can't be set on this server",
    ],
    ["error during container init: sethostname: invalid argument", "its hostname isn't valid"],
    ["Invalid signal: SIGFOO", "its stop signal SIGFOO doesn't exist"],
    ["Unknown runtime specified nvidia", "this server's Docker has no runtime named nvidia"],
    ["unknown or invalid runtime name: nvidia", "this server's Docker has no runtime named nvidia"],
    [
      'error during container init: error mounting "tmpfs" to rootfs at "/proc/x": mkdir /var/lib/docker/x: no such file or directory',
      "nothing can be mounted at /proc/x",
    ],
    ["Duplicate mount point: /data", "there are two mounts at /data"],
    ["mkdir /var/lib/docker/x: no space left on device", "the server's disk is full"],
  ])("is explained by the user's own setting: %s", (words, reason) => {
    expect(startRefusal(words).reason).toBe(reason);
    expect(startRefusal(words).hint).not.toMatch(/Baton's|undefined/);
  });

  it("names the program that is not in the image", () => {
    const { hint } = startRefusal('exec: "nope": executable file not found in $PATH');
    expect(hint).toBe("nope is not in the image. Check the command, and that the build copies or installs it.");
  });

  it("keeps Docker's words where they are not known, and says whose they are", () => {
    const { reason, hint } = startRefusal("something new");
    expect(reason).toBe("something new");
    expect(hint).toContain("This is Docker's own message.");
  });
});
