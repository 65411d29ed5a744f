import { z } from "@hono/zod-openapi";
import { machineStates } from "../../../model/machine.ts";
import { time } from "./ids.ts";

export const machineParam = z.object({ id: z.string().openapi({ example: "oznbum1a927aeqxisrhage8je" }) });

export const clusterSchema = z
  .object({
    state: z.enum(["none", "managed", "foreign", "broken"]).openapi({
      description: "foreign: this server's Docker is in a Swarm that this Baton did not begin",
    }),
    why: z.string().nullable().openapi({ description: "Why Docker cannot work with it, if it is broken" }),
    address: z.string().nullable().openapi({ description: "The server's address in it", example: "10.0.0.1" }),
    networks: z.array(z.string()).openapi({ description: "What its own networks are cut from" }),
    addresses: z
      .array(z.object({ address: z.string(), isPublic: z.boolean() }))
      .openapi({ description: "Addresses of this server at which one could begin" }),
  })
  .openapi("Cluster");

export const newClusterSchema = z.strictObject({
  address: z.ipv4("enter an IPv4 address of this server").openapi({ example: "10.0.0.1" }),
  mayBePublic: z
    .boolean()
    .default(false)
    .openapi({ description: "Whether that may be a public address; traffic between machines is not always encrypted" }),
});

export const machineSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string(),
    role: z.enum(["manager", "worker"]),
    isServer: z.boolean().openapi({ description: "Whether Baton runs on it" }),
    architecture: z.string().openapi({ description: "As `uname -m` says it" }),
    docker: z.string().openapi({ example: "28.5.2" }),
    cpus: z.number(),
    memoryBytes: z.number(),
    disk: z
      .object({ totalBytes: z.number(), freeBytes: z.number() })
      .nullable()
      .openapi({ description: "Docker's disk: the server's as it is, another machine's as it was when it joined" }),
    availability: z.enum(["active", "drain", "pause"]),
    state: z.enum(machineStates),
    since: time.openapi({ description: "When it came into that state" }),
    labels: z.record(z.string(), z.string()),
    canEncrypt: z
      .boolean()
      .nullable()
      .openapi({ description: "Whether its kernel can encrypt traffic between machines; null: not tried" }),
    services: z.array(z.object({ name: z.string(), running: z.int(), tasks: z.int() })),
  })
  .openapi("Machine");

export const machineInvitedSchema = z
  .object({
    command: z.string().openapi({ description: "Run it on the new machine, as root. It is not shown again" }),
    expiresAt: time,
    warning: z.string().nullable().openapi({ description: "Why the new machine may not be able to reach Baton" }),
  })
  .openapi("MachineInvitation");

export const machineChangesSchema = z.strictObject({
  availability: z.enum(["active", "drain"]).optional(),
  labels: z
    .record(z.string(), z.string())
    .optional()
    .openapi({ description: "Replace the present ones", example: { disk: "ssd" } }),
});
