import { call, form, json, open, openCall, page, route, text } from "./route.ts";

/** The pages about the machines of the cluster. They are part of the table in routes.ts. */
export const machineRoutes = {
  machines: route("/machines", { get: page("system") }),
  clusterStart: route("/machines/start", { post: form("machines", "began a cluster at") }),
  /** GET asks "are you sure?", POST does it. */
  clusterEnd: route("/machines/end", { get: page("machines"), post: form("machines", "ended the cluster") }),
  machineInvite: route("/machines/invite", { post: form("machines", "made a command for a new machine") }),
  machineInvitationWithdraw: route("/machines/invitations/:id{[0-9]+}/withdraw", {
    post: form("machines", "withdrew a command for a new machine"),
  }),
  machineDrain: route("/machines/:machine/drain", { post: form("machines", "drained") }),
  machineActivate: route("/machines/:machine/activate", { post: form("machines", "returned to service") }),
  machineLabels: route("/machines/:machine/labels", { post: form("machines", "changed the labels of") }),
  /** GET asks "are you sure?", POST does it. */
  machineRemove: route("/machines/:machine/remove", {
    get: page("machines"),
    post: form("machines", "removed the machine"),
  }),
  /** A new machine runs this script. It holds no secret: the command that runs it does. */
  machineScript: route("/machines/join.sh", { get: open(text) }),
  /** The script asks this, with the secret of its command. Its answers are for a shell to read. */
  machineJoin: route("/machines/join", { post: { ...openCall("joined"), answer: "text" } }),
} as const;

export const machineCalls = {
  cluster: route("/api/cluster", {
    get: json("system"),
    post: call("machines", "began a cluster at"),
    delete: call("machines", "ended the cluster"),
  }),
  machines: route("/api/machines", {
    get: json("system"),
    post: call("machines", "made a command for a new machine"),
  }),
  machine: route("/api/machines/:id", {
    patch: call("machines", "changed the machine"),
    delete: call("machines", "removed the machine"),
  }),
} as const;
