import { describe } from "vitest";
import { createReach } from "../../../server/probe/reach.ts";
import { createFakeReach } from "../../fakes/host/fake-reach.ts";
import { reachContract } from "./reach.ts";

describe("this machine", () => reachContract(createReach()));
describe("the fake machine", () => reachContract(createFakeReach()));
