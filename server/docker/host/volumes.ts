import type Docker from "dockerode";
import type { InstanceId } from "../../model/names/ids.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import { type Daemon, ifThere } from "./daemon.ts";
import { fillerOf, isOf, only, volumeLabels } from "./labels.ts";

type Volumes = Pick<Engine, "createVolume" | "listVolumes" | "inspectVolume" | "removeVolume">;

export function createVolumes({ daemon, instance }: { daemon: Daemon; instance: InstanceId }): Volumes {
  async function inspect(name: string, signal: AbortSignal): Promise<Docker.VolumeInspectInfo | null> {
    const path = `/volumes/${name}`;
    const volume = await ifThere(daemon.ask<Docker.VolumeInspectInfo>({ method: "GET", path }, signal));
    return volume !== null && isOf(instance, volume.Labels) ? volume : null;
  }

  return {
    async createVolume({ name, owner, filledBy }, signal) {
      const body = { Name: name, Driver: "local", Labels: volumeLabels(instance, owner, filledBy) };
      // If a volume has the name already, the daemon answers with that one, whoever created it.
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

    async inspectVolume(name, signal) {
      const volume = await inspect(name, signal);
      return volume && { filledBy: fillerOf(volume.Labels) };
    },

    async removeVolume(name, signal) {
      const volume = await inspect(name, signal);
      if (volume !== null) await ifThere(daemon.ask({ method: "DELETE", path: `/volumes/${name}` }, signal));
    },
  };
}
