import { expect, test } from "vitest";
import { parseHierarchies } from "../../../bin/other-docker/cgroups.mjs";

test("with version 1, every controller has a hierarchy, which is mounted again with what names it", () => {
  const mountinfo = `21 26 0:20 / /proc rw,relatime - proc proc rw
30 22 0:27 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
39 30 0:36 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/systemd/agent,name=systemd
40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
`;
  expect(parseHierarchies(mountinfo)).toEqual([
    { at: "/sys/fs/cgroup/cpu,cpuacct", type: "cgroup", options: "cpu,cpuacct" },
    { at: "/sys/fs/cgroup/systemd", type: "cgroup", options: "none,name=systemd" },
    { at: "/sys/fs/cgroup/unified", type: "cgroup2", options: "" },
  ]);
});

test("with version 2, there is one hierarchy; mounts of it elsewhere are somebody else's", () => {
  const mountinfo = `30 22 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
31 26 0:27 / /var/lib/other/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
`;
  expect(parseHierarchies(mountinfo)).toEqual([{ at: "/sys/fs/cgroup", type: "cgroup2", options: "" }]);
});
