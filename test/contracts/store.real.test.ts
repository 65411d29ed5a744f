import { afterAll, beforeAll, describe } from "vitest";
import { type ScratchDatabase, scratchDatabase } from "../store/scratch-database.ts";
import { storeContract } from "./store/store-contract.ts";

describe("the store on Postgres", () => {
  let database: ScratchDatabase;
  beforeAll(async () => {
    database = await scratchDatabase();
  });
  afterAll(() => database.remove());

  storeContract(async () => {
    await database.sql`delete from products`;
    await database.sql`delete from environments where name <> 'production'`;
    await database.sql`truncate tokens, sessions, users, links, identity_providers, backup_settings cascade`;
    return { store: database.store, clock: { now: () => new Date() } };
  });
});
