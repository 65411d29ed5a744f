import { createRoute, type z } from "@hono/zod-openapi";
import { routes } from "../../../routes.ts";
import { clusterAddresses } from "../../../rules/machines/cluster-address.ts";
import { joinCommand } from "../../../rules/machines/join-command.ts";
import { servicesOf } from "../../../rules/machines/machine-services.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import { type KnownMachine, machineNamed, readCluster } from "../../read/machines.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { listOf } from "../schemas/lists.ts";
import {
  clusterSchema,
  machineChangesSchema,
  machineInvitedSchema,
  machineParam,
  machineSchema,
  newClusterSchema,
} from "../schemas/machines.ts";

const tags = ["Machines"];

/** The cluster and its machines. */
export function createMachinesApi(needs: ApiNeeds) {
  const api = createApi();
  addCluster(api, needs);
  addMachines(api, needs);
  addMachine(api, needs);
  return api;
}

function addCluster(api: Api, needs: ApiNeeds): void {
  const { endpoints, commands, reach } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.cluster.get),
      tags,
      summary: "Tell whether this server has a cluster",
      responses: { 200: json("The cluster", clusterSchema), ...errorAnswers },
    }),
    async (c) => c.json(await clusterJson(), 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.cluster.post),
      tags,
      summary: "Begin a cluster, with this server as its only machine",
      description: "It listens at one address of this server, which the other machines reach it at.",
      request: { body: jsonBody(newClusterSchema) },
      responses: { 201: json("The cluster", clusterSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const wanted = c.req.valid("json");
      noteSubject(c, wanted.address);
      const outcome = await commands.startCluster(wanted);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await clusterJson(), 201);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.cluster.delete),
      tags,
      summary: "End the cluster",
      description: "409 while other machines are in it.",
      responses: { 204: { description: "Ended" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const outcome = await commands.endCluster();
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );

  async function clusterJson(): Promise<z.infer<typeof clusterSchema>> {
    const { state } = await readCluster(needs);
    return {
      state: state.type,
      why: state.type === "broken" ? state.why : null,
      address: state.type === "managed" ? state.address : null,
      networks: state.type === "managed" ? [...state.pools] : [],
      addresses: clusterAddresses(reach.ownAddresses()).map((one) => ({ ...one })),
    };
  }
}

function addMachines(api: Api, needs: ApiNeeds): void {
  const { endpoints, commands, publicUrl } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.machines.get),
      tags,
      summary: "List the machines of the cluster",
      description: "The server comes first. Empty where there is no cluster.",
      responses: { 200: json("The machines", listOf(machineSchema)), ...errorAnswers },
    }),
    async (c) => {
      const { machines } = await readCluster(needs);
      return c.json({ items: await Promise.all(machines.map((one) => machineJson(needs, one))) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.machines.post),
      tags,
      summary: "Make the command that lets a new machine join",
      description: "It works once, for an hour, and checks the machine first. It is shown only in this response.",
      responses: { 201: json("The command", machineInvitedSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const asked = await commands.inviteMachine(visitorOf(c).identity.name);
      if (asked.type === "refused") throw problemOf(asked);
      const { command, warning } = joinCommand(publicUrl, routes.machineScript(), asked.secret);
      return c.json({ command, warning, expiresAt: asked.invitation.expiresAt.toISOString() }, 201);
    },
  );
}

function addMachine(api: Api, needs: ApiNeeds): void {
  const { endpoints, commands } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.machine.patch),
      tags,
      summary: "Drain a machine, return it to service, or change its labels",
      request: { params: machineParam, body: jsonBody(machineChangesSchema) },
      responses: { 200: json("The machine as it is now", machineSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const machine = await machineNamed(needs, c.req.valid("param").id);
      const { availability, labels } = c.req.valid("json");
      noteSubject(c, machine.name);
      noteDetail(c, [availability, labels && `labels ${Object.keys(labels).join(", ")}`].filter(Boolean).join("; "));
      const change = { ...(availability && { availability }), ...(labels && { labels }) };
      const outcome = await commands.changeMachine(machine, change);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.json(await machineJson(needs, await machineNamed(needs, machine.id)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.machine.delete),
      tags,
      summary: "Remove a machine that is drained or lost",
      description: "Its Docker stays as it is: run `docker swarm leave` there.",
      request: { params: machineParam },
      responses: { 204: { description: "Removed" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const machine = await machineNamed(needs, c.req.valid("param").id);
      noteSubject(c, machine.name);
      const outcome = await commands.removeMachine(machine.id);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );
}

async function machineJson({ machine: self }: ApiNeeds, one: KnownMachine): Promise<z.infer<typeof machineSchema>> {
  const { id, name, address, role, isServer, architecture, cpus, memoryBytes, availability, state, facts } = one;
  const own = isServer ? await self.disk().catch(() => null) : null;
  const joined = facts && { totalBytes: facts.diskBytes, freeBytes: facts.freeDiskBytes };
  return {
    ...{ id, name, address, role, isServer, architecture, docker: one.dockerVersion, cpus, memoryBytes },
    disk: own ? { totalBytes: own.totalBytes, freeBytes: own.freeBytes } : joined,
    ...{ availability, state, since: one.since.toISOString(), labels: { ...one.labels } },
    canEncrypt: facts?.canEncrypt ?? null,
    services: servicesOf(one.tasks).map((service) => ({ ...service })),
  };
}
