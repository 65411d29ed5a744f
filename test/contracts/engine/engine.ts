import { afterAll, beforeAll } from "vitest";
import { containersContract } from "./containers.ts";
import { deathsContract } from "./deaths.ts";
import { buildsContract, imagesContract } from "./images.ts";
import { networksContract, volumesContract } from "./networks-and-volumes.ts";
import { outputContract } from "./output.ts";
import type { EngineScene } from "./scene.ts";

/** The contract of every engine: the real one, and the fake that the scenarios use. */
export function engineContract(open: () => Promise<EngineScene>): void {
  const scene = onceOpen(open);
  imagesContract(scene);
  containersContract(scene);
  outputContract(scene);
  networksContract(scene);
  volumesContract(scene);
}

/** What concerns containers and those who use them, for an engine that keeps them in memory. */
export function keptContainersContract(open: () => Promise<EngineScene>): void {
  const scene = onceOpen(open);
  containersContract(scene);
  deathsContract(scene);
  networksContract(scene);
}

/** The part of the contract that must also hold with another builder than the default one. */
export function builderContract(open: () => Promise<EngineScene>): void {
  buildsContract(onceOpen(open));
}

function onceOpen(open: () => Promise<EngineScene>): () => EngineScene {
  let scene: EngineScene;
  beforeAll(async () => {
    scene = await open();
  });
  afterAll(() => scene[Symbol.asyncDispose]());
  return () => scene;
}
