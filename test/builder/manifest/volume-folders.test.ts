import { expect, it } from "vitest";
import { plannedService } from "../tree.ts";

const withVolumes = (files: Readonly<Record<string, string>>) =>
  plannedService({ "baton.yaml": "stacks: { web: { path: ., volumes: { data: /data, more: /srv/more } } }", ...files });

it("folders of volumes belong to the one who runs in a generated image", async () => {
  const { dockerfile } = await withVolumes({ "app.py": "" });
  expect(dockerfile).toContain(
    'RUN ["mkdir","-p","/data","/srv/more"]\nRUN ["chown","1000:1000","/data","/srv/more"]\nUSER 1000:1000\n',
  );
});

it("an image that only serves files has no programs that could make them", async () => {
  expect((await withVolumes({ "index.html": "" })).dockerfile).not.toContain("mkdir");
});

it("a Dockerfile of the user's own is left as it is", async () => {
  expect((await withVolumes({ Dockerfile: 'FROM scratch\nCMD ["/app"]\n' })).dockerfile).toBeNull();
});
