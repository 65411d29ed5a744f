import { describe, expect, it } from "vitest";
import type { MachineId } from "../../../server/model/names/ids.ts";
import type { ClusterMachine } from "../../../server/ports/machines.ts";
import { addressFault, choosePool, clusterAddresses } from "../../../server/rules/machines/cluster-address.ts";
import { joinCommand } from "../../../server/rules/machines/join-command.ts";
import {
  endFault,
  labelsFault,
  labelsText,
  parseLabels,
  removalFault,
} from "../../../server/rules/machines/machine-changes.ts";

const self = "one" as MachineId;
const two: ClusterMachine = {
  ...{ id: "two" as MachineId, name: "two", address: "10.0.0.2", role: "worker", architecture: "x86_64" },
  ...{ dockerVersion: "28.5.2", cpus: 2, memoryBytes: 4e9, availability: "active", status: "ready" },
  ...{ changedAt: new Date(0), labels: {}, tasks: [] },
};
const tasks = [{ service: "web", isRunning: true }];

describe("a machine", () => {
  it("is removed once nothing of it is lost by that", () => {
    expect(removalFault({ ...two, availability: "drain" }, self)).toBeNull();
    expect(removalFault({ ...two, status: "down", tasks }, self)).toBeNull();
    expect(removalFault(two, self)).toContain("drain two first");
    expect(removalFault({ ...two, availability: "drain", tasks }, self)).toBe(
      "two still runs 1 task: wait until it is drained",
    );
    expect(removalFault({ ...two, availability: "drain" }, two.id)).toContain("is the server itself");
  });

  it("keeps labels that constraints can name", () => {
    const labels = parseLabels(" disk = ssd\n\nzone.eu_1=\ngpu\nurl=a=b");
    expect(labels).toEqual({ disk: "ssd", "zone.eu_1": "", gpu: "", url: "a=b" });
    expect(labelsFault(labels)).toBeNull();
    expect(parseLabels(labelsText(labels))).toEqual(labels);
    expect(labelsFault({ "Disk!": "ssd" })).toContain('"Disk!" is no name for a label');
    expect(labelsFault({ ["a".repeat(64)]: "" })).toContain("up to 63");
    expect(labelsFault({ disk: "süd" })).toContain("printable ASCII");
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, ""]));
    expect(labelsFault(many)).toBe("a machine has at most 32 labels");
  });
});

describe("a cluster", () => {
  it("begins at a private address, or at a public one that somebody names", () => {
    const own = ["198.41.0.4", "10.0.0.1", "fd00::1"];
    expect(clusterAddresses(own).map(({ address }) => address)).toEqual(["10.0.0.1", "198.41.0.4"]);
    expect(addressFault({ address: "10.0.0.1", mayBePublic: false }, own)).toBeNull();
    expect(addressFault({ address: "198.41.0.4", mayBePublic: false }, own)).toContain("is a public address");
    expect(addressFault({ address: "198.41.0.4", mayBePublic: true }, own)).toBeNull();
    expect(addressFault({ address: "10.9.9.9", mayBePublic: true }, own)).toBe(
      "10.9.9.9 is not an IPv4 address of this server: it has 10.0.0.1, 198.41.0.4",
    );
    expect(addressFault({ address: "10.9.9.9", mayBePublic: true }, [])).toContain("it has none");
  });

  it("takes networks that nothing here leads to", () => {
    expect(choosePool(["10.214.0.0/16", "172.17.0.0/16"])).toBe("10.215.0.0/16");
    expect(choosePool(["10.215.7.0/24"])).toBe("10.216.0.0/16");
    expect(choosePool(["10.0.0.0/8"])).toBe("172.16.0.0/16");
    expect(choosePool(["10.0.0.0/8", "172.16.0.0/12"])).toBeNull();
  });

  it("ends when nothing else is in it", () => {
    const one = { ...two, id: self, name: "one" };
    expect(endFault([one], self)).toBeNull();
    expect(endFault([one, two], self)).toBe("remove the other machines first: two");
    expect(endFault([{ ...one, tasks }], self)).toBe("1 task of the cluster would end with it");
  });

  it("is joined by a command that fits the way to Baton", () => {
    const of = (url: string) => joinCommand(new URL(url), "/machines/join.sh", "s3cret");
    expect(of("https://baton.example.com")).toEqual({
      ...{ command: "curl -fsS https://baton.example.com/machines/join.sh | sh -s -- s3cret", warning: null },
    });
    expect(of("http://10.0.0.1:4000").warning).toContain("is not encrypted: whoever can change traffic");
    const lent = of("http://127.0.0.1:4000");
    expect(lent.command).toBe(
      "ssh -R 4000:127.0.0.1:4000 root@NEW-MACHINE 'curl -fsS http://127.0.0.1:4000/machines/join.sh | sh -s -- s3cret'",
    );
    expect(lent.warning).toContain("another machine cannot reach");
  });
});
