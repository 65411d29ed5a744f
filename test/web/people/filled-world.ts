import type { CommitSha, MachineId, ProductId } from "../../../server/model/names/ids.ts";
import type { Product } from "../../../server/model/product.ts";
import { anInvitation, aUser } from "../../contracts/store/access/people.ts";
import { sampleCommit, sampleContainer } from "../samples.ts";
import type { World } from "../world.ts";

/** What there is to address. */
export interface Filled {
  readonly shop: ProductId;
  readonly other: ProductId;
  /** By the kind of a path's subject and what the path calls it: "product shop", "deployment 1004". */
  readonly products: ReadonlyMap<string, ProductId>;
  /** The values that a path's parameter takes, by the kind of its subject or by its name. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Puts rows of every kind into a world that a page shows something about. */
export async function fillWorld(world: World): Promise<Filled> {
  const { store, samples } = world;
  const [own, other] = [await samples.product("shop"), await samples.product("other")];
  const [fetched, unpushed] = [await samples.product("fetched"), await samples.product("unpushed")];
  const [idle, nowhere] = [await samples.product("idle"), await samples.product("nowhere")];
  const live = samples.live(own.installation);
  world.engine.containers.push(sampleContainer(live, own.product.id));
  const failure = { hint: 'the variable "DATABASE_URL" is missing', lastLines: ["DATABASE_URL is not set"] };
  const deployments = [
    ...[samples.ready(own.installation), live, samples.building(own.installation), samples.queued(own.installation)],
    ...[samples.ready(other.installation), samples.live(other.installation), samples.queued(other.installation)],
    ...[samples.ready(idle.installation), samples.live(idle.installation)],
    ...[samples.stopped(fetched.installation, "cancelled"), samples.failed(fetched.installation, failure)],
  ];
  for (const { id } of deployments) {
    await store.events.append(id, [{ type: "status", status: "queued", reason: null }]);
  }
  const delivery = await connect(world, fetched.product);
  await store.installations.setBranch(unpushed.installation.id, "main");
  world.git.commits.set("main", sampleCommit("Pushed before it was installed"));
  await store.installations.markDeleted(nowhere.installation.id, { keepVolumes: true });
  await addSettings(world, own.installation.id);
  await store.installations.changeVariables(idle.installation.id, { CHANGED: "since it went live" }, []);
  const person = await aUser(store, { grants: [] });
  const now = world.clock.now();
  await store.links.create({ ...anInvitation, expiresAt: new Date(now.getTime() + 1e9) }, now);
  const action = { who: "Ada", token: null, what: "redeployed", subject: "shop #1", product: "shop", detail: null };
  await store.audit.record({ ...action, deploymentId: live.id, address: "192.0.2.1" }, now);

  const installed = [own, other, fetched, unpushed, idle];
  const places = new Map(installed.map(({ installation, product }) => [installation.id, product.id]));
  return {
    ...{ shop: own.product.id, other: other.product.id },
    products: new Map([
      ...[...installed, nowhere].map(({ product }) => [`product ${product.slug}`, product.id] as const),
      ...[...places].map(([id, product]) => [`installation ${id}`, product] as const),
      ...deployments.map(
        ({ id, installationId: at }) => [`deployment ${id}`, places.get(at) ?? own.product.id] as const,
      ),
    ]),
    values: {
      product: [...installed, nowhere].map(({ product }) => product.slug),
      deployment: deployments.map(({ id }) => String(id)),
      name: ["production", "staging", "about", "people"],
      machine: await fillCluster(world),
      id: [delivery, String(person.id)],
    },
  };
}

/** Begins a cluster with a machine in each state, and a command for another; resolves with their ids. */
async function fillCluster({ machines, store, clock }: World): Promise<readonly string[]> {
  const signal = new AbortController().signal;
  await machines.start({ address: "10.0.0.1", pool: "10.215.0.0/16" }, signal);
  const join = async (name: string) => machines.join(name, await machines.joinToken(signal));
  const ids = [await join("ready"), await join("drained"), await join("lost")];
  await machines.change(ids[1] as MachineId, { availability: "drain", labels: { disk: "ssd" } }, signal);
  machines.cutOff("lost");
  const now = clock.now();
  const { invitation } = await store.machines.invite(
    { createdBy: "Ada", expiresAt: new Date(now.getTime() + 1e9) },
    now,
  );
  const findings = [{ level: "refused", text: "Its clock is 5 min behind: set it." }] as const;
  await store.machines.noteTry(invitation.id, { at: now, name: "four", findings });
  return ids;
}

/** Makes it a product that is fetched, with a delivery; resolves with the delivery's id. */
async function connect({ store, clock }: World, { id }: Product): Promise<string> {
  await store.products.update(id, { repository: "https://github.com/acme/fetched.git" });
  const judge = () =>
    ({ outcome: "ignored", verdict: "nothing new", deploys: [], branch: null, commit: null, same: [] }) as const;
  const event = { type: "tip", branch: "main", commit: "a".repeat(40) as CommitSha, asked: true } as const;
  const plain = { via: "baton", deliveryId: null, name: "check", again: null, by: "Ada", content: null, quiet: false };
  const [recorded] = await store.deliveries.record(id, [{ ...plain, event }], judge, clock.now());
  return String(recorded?.id);
}

/** Domains and variables, and an environment with nothing in it. */
async function addSettings({ store }: World, id: Parameters<World["store"]["domains"]["custom"]>[0]): Promise<void> {
  await store.domains.setCustom(id, "web", ["shop.example.com"]);
  await store.installations.changeVariables(id, { SECRET: "hidden", LOG_LEVEL: "debug" }, []);
  await store.environments.create({ name: "staging", domain: null, branch: null });
  for (const environment of await store.environments.list()) {
    await store.environments.changeVariables(environment.id, { SHARED: "to all" }, []);
  }
}
