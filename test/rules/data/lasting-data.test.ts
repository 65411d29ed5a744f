import { describe, expect, it } from "vitest";
import { type Mount, plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import { sharedVolumeText, unnamedVolumeText, withLastingVolumes } from "../../../server/rules/data/lasting-data.ts";
import { aService } from "../../model/a-deployment.ts";

const with_ = (mounts: readonly Mount[], changes: Partial<ServiceSpec> = {}) =>
  aService({ name: "db", kind: "tcp", strategy: null, container: { ...plainContainer, mounts }, ...changes });
const named = (path: string, volume = "data"): Mount => ({ type: "volume", volume, path, readOnly: false });
const anonymous = (path: string): Mount => ({ type: "anonymous", path });

function lasting(service: ServiceSpec, imageVolumes: readonly string[] = []) {
  const { stacks, unnamed } = withLastingVolumes([{ name: "app", services: [service] }], () => imageVolumes);
  const [after] = stacks[0]?.services ?? [];
  if (!after) throw new Error("the service is gone");
  return { after, mounts: after.container.mounts, paths: unnamed.map(({ path }) => path), unnamed };
}

describe("a service whose data lies in a volume without a name", () => {
  it("gets one that lasts for a VOLUME of its image, and keeps data from then on", () => {
    const { after, mounts } = lasting(with_([]), ["/var/lib/db"]);
    const volume = "db-var-lib-db-48420b";
    expect(mounts).toEqual([{ type: "volume", volume, path: "/var/lib/db", readOnly: false, origin: "image" }]);
    expect(after.stateful).toBe("keeps its data in /var/lib/db");
  });

  it("gets one for a path that its compose file mounts without a name, at the same place among its mounts", () => {
    const { mounts } = lasting(with_([anonymous("/data"), named("/other")]));
    expect(mounts.map(({ type, path }) => [type, path])).toEqual([
      ["volume", "/data"],
      ["volume", "/other"],
    ]);
    expect(mounts[0]).toMatchObject({ origin: "anonymous", readOnly: false });
  });

  it("gets the same in each version, and one that has them already stays as it is", () => {
    const once = lasting(with_([anonymous("/b")]), ["/c", "/a/"]);
    expect(lasting(with_([anonymous("/b/")]), ["/a", "/c"]).unnamed.map(({ volume }) => volume)).toEqual(
      once.unnamed.map(({ volume }) => volume),
    );
    expect(lasting(once.after, ["/c", "/a/"]).after).toEqual(once.after);
  });

  it("has names of its own for each service and path", () => {
    const volumeOf = (name: string, path: string) => lasting(with_([], { name }), [path]).unnamed[0]?.volume;
    expect(volumeOf("a-b", "/c")).not.toBe(volumeOf("a", "/b/c"));
    expect(volumeOf("db", `/${"x".repeat(300)}`)?.length).toBeLessThan(100);
  });

  it("is reported in words", () => {
    const { unnamed } = lasting(with_([anonymous("/notes")]), ["/data"]);
    expect(unnamed.map((each) => unnamedVolumeText(each).replace(/-\w{6}$/, ""))).toEqual([
      "db keeps its data in /notes (a volume without a name), which lasts as the volume db-notes",
      "db keeps its data in /data (VOLUME in its image), which lasts as the volume db-data",
    ]);
  });
});

describe("a mount over a VOLUME of the image", () => {
  it("takes its place where it is at the very path", () => {
    for (const mount of [named("/data"), { ...named("/data"), readOnly: true } as Mount, tmpfs("/data")]) {
      expect(lasting(with_([mount]), ["/data/"]).mounts).toEqual([mount]);
    }
  });

  it("does not when it is above: Docker lays the image's volume over it, and there the data is", () => {
    expect(lasting(with_([named("/var/lib/postgresql")]), ["/var/lib/postgresql/data"]).paths).toEqual([
      "/var/lib/postgresql/data",
    ]);
  });

  it("leaves nothing to keep below a tmpfs", () => {
    expect(lasting(with_([tmpfs("/var")]), ["/var/lib/db"]).paths).toEqual([]);
  });
});

describe("what does not last", () => {
  it("is what lies in folders for temporary files", () => {
    expect(lasting(with_([anonymous("/run/app")]), ["/tmp", "/var/run"]).paths).toEqual([]);
  });

  it("is a cache or a log that an image says VOLUME for, and not one that somebody mounts", () => {
    expect(lasting(with_([]), ["/var/cache/nginx", "/var/log", "/app/logs", "/app/.cache"]).after.stateful).toBeNull();
    expect(lasting(with_([anonymous("/app/cache")]), ["/app/catalog"]).paths).toEqual(["/app/cache", "/app/catalog"]);
  });

  it("is what a build has made: a lasting volume would hide the next version's", () => {
    expect(lasting(with_([anonymous("/app/node_modules"), anonymous("/app/.next")]), ["/app/vendor"]).paths).toEqual(
      [],
    );
    const pulled = with_([], { pulledAs: "someone/vendor:1" });
    expect(lasting(pulled, ["/srv/vendor"]).paths).toEqual(["/srv/vendor"]);
  });

  it("is what a service writes that runs to its end", () => {
    const init = with_([anonymous("/data")], { kind: "init" });
    expect(lasting(init, ["/var/lib/db"]).after).toBe(init);
  });
});

describe("the user's own word", () => {
  it("blue-green wins: the volume lasts, two versions run at once, and that is warned of", () => {
    const { after, unnamed } = lasting(with_([], { strategy: "blue-green" }), ["/data"]);
    expect(after.stateful).toBeNull();
    expect(unnamed.map(sharedVolumeText)).toEqual([
      "db keeps its data in /data, and its strategy is blue-green: during a deployment, the old and the new version write there at the same time",
    ]);
  });

  it("recreate stays the reason", () => {
    const reason = "is replaced in place, because x-baton says so";
    expect(lasting(with_([], { strategy: "recreate", stateful: reason }), ["/data"]).after.stateful).toBe(reason);
  });

  it("is seen in specs of before strategies were noted, by a named volume that two versions shared", () => {
    const { strategy: _, ...old } = with_([named("/data")]);
    expect(lasting(old, ["/more"]).after.stateful).toBeNull();
    const { strategy: __, ...plain } = with_([]);
    expect(lasting(plain, ["/more"]).after.stateful).toBe("keeps its data in /more");
  });
});

function tmpfs(path: string): Mount {
  return { type: "tmpfs", path, sizeBytes: null };
}
