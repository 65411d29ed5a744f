import type Docker from "dockerode";
import type { InstanceId } from "../model/ids.ts";
import type { Engine } from "../ports/engine.ts";
import { type Daemon, ifThere } from "./daemon.ts";
import { isOf, only, ownerLabels } from "./labels.ts";

type Volumes = Pick<Engine, "createVolume" | "listVolumes" | "removeVolume">;

export function createVolumes({ daemon, instance }: { daemon: Daemon; instance: InstanceId }): Volumes {
  return {
    async createVolume({ name, owner }, signal) {
      const body = { Name: name, Driver: "local", Labels: ownerLabels(instance, owner) };
      // The daemon answers with the volume that has the name already, whoever made it.
      const volume = await daemon.ask<Docker.VolumeInspectInfo>(
        { method: "POST", path: "/volumes/create", body },
        signal,
      );
      if (!isOf(instance, volume.Labels)) throw new Error(`There is a volume named ${name} that is not this Baton's.`);
    },

    async listVolumes(signal) {
      const query = { filters: JSON.stringify({ label: [only.instance(instance)] }) };
      const request = { method: "GET", path: "/volumes", query } as const;
      const { Volumes: volumes } = await daemon.ask<{ Volumes: Docker.VolumeInspectInfo[] | null }>(request, signal);
      return (volumes ?? []).map((volume) => volume.Name);
    },

    async removeVolume(name, signal) {
      const path = `/volumes/${name}`;
      const volume = await ifThere(daemon.ask<Docker.VolumeInspectInfo>({ method: "GET", path }, signal));
      if (volume !== null && isOf(instance, volume.Labels))
        await ifThere(daemon.ask({ method: "DELETE", path }, signal));
    },
  };
}
