import { describe, expect, it } from "vitest";
import type { DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import type { ImageInfo } from "../../../server/ports/engine/images.ts";
import { imagesOf, imageTag, tagsToRemove } from "../../../server/rules/rollout/retention.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const image = (letter: string) => `sha256:${letter.repeat(64)}` as ImageId;
const needed = (...letters: string[]) => imagesOf(letters.map((letter) => aSpec([aService({ image: image(letter) })])));

function builtBy(deployment: number, letter: string): ImageInfo {
  const tags = [imageTag("abcdefgh", 1, "web", deployment)];
  return {
    id: image(letter),
    tags,
    exposedPorts: [],
    user: "",
    volumes: [],
    environment: {},
    sizeBytes: 1,
    hasHealthcheck: false,
    createdAt: new Date(0),
  };
}

const none = new Set<DeploymentId>();

describe("image retention", () => {
  it("knows images by names that an engine accepts, whatever a compose file calls its services", () => {
    expect(imageTag("abcdefgh", 1, "my-api", 2)).toBe("baton-abcdefgh/p1-my-api:d2");
    expect(imageTag("abcdefgh", 1, "My_api.Test-", 2)).toMatch(/^baton-abcdefgh\/p1-my-api-test-[0-9a-f]{12}:d2$/);
    expect(imageTag("abcdefgh", 1, "__", 2)).toMatch(/^baton-abcdefgh\/p1-[0-9a-f]{12}:d2$/);
  });

  it("removes images that no kept version needs", () => {
    const images = [builtBy(1, "a"), builtBy(2, "b"), builtBy(3, "c")];
    expect(tagsToRemove(images, needed("b", "c"), none)).toEqual(["baton-abcdefgh/p1-web:d1"]);
  });

  it("keeps the image that a redeploy of an old version runs, though another deployment built it", () => {
    expect(tagsToRemove([builtBy(1, "a")], needed("a"), none)).toEqual([]);
  });

  it("keeps what a deployment that is not over has just built", () => {
    expect(tagsToRemove([builtBy(4, "d")], needed(), new Set([4 as DeploymentId]))).toEqual([]);
  });

  it("leaves tags alone that no deployment built, such as base images", () => {
    const base = { ...builtBy(1, "e"), tags: ["baton-abcdefgh/base-node:22"] };
    expect(tagsToRemove([base], needed(), none)).toEqual([]);
  });
});
