import { describe } from "vitest";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { storeContract } from "./store/store-contract.ts";

describe("the store in memory", () => {
  storeContract(async () => {
    const clock = createFakeClock();
    return { store: createFakeStore(clock), clock };
  });
});
