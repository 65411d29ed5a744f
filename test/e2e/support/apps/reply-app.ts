import type Dockerode from "dockerode";
import { tinyRoot } from "../../../docker/tiny-image.ts";
import { caddyBin } from "../../../proxy/real-caddy.ts";
import { createRepository, type Repository } from "../git-client.ts";

/**
 * Apps that need no base image and start within milliseconds, where no image is there yet: Caddy itself answers with a
 * text.
 */
export interface ReplyApp {
  readonly name: string;
  readonly repository: Repository;
  /** Commits a version that answers with `text`, in a manner of its own. Resolves with the commit. */
  release(text: string, manner?: ReplyManner): Promise<string>;
}

export type ReplyManner =
  | "serve"
  | "fail to build"
  | "answer 500"
  | "exit"
  | "keep data"
  | "fill the disk"
  | "leave cache";

const image = "baton-test-reply:1";

/** Makes the image of these apps in a Docker of the test's own. */
export async function makeReplyImage(docker: Dockerode): Promise<void> {
  const root = await tinyRoot([caddyBin(), "/bin/cat"]);
  const stream = await docker.importImage(root, { repo: "baton-test-reply", tag: "1" });
  for await (const _ of stream as AsyncIterable<unknown>);
}

/** Long enough for a restart of Docker meanwhile; those that fail need not take as long. */
const manifests: Readonly<Record<ReplyManner, string>> = {
  serve: "stacks: { web: { health: { timeout: 40s } } }",
  "fail to build": "stacks: { web: {} }",
  "fill the disk": "stacks: { web: {} }",
  "leave cache": "stacks: { web: {} }",
  "answer 500": "stacks: { web: { health: { timeout: 5s } } }",
  exit: "stacks: { web: { health: { timeout: 5s } } }",
  "keep data": "stacks: { web: { health: { timeout: 40s }, volumes: { pages: /pages } } }",
};

/** 200 MB that stay in the build cache and are no part of the image. */
const stageWithBallast = [
  `FROM ${image} AS made`,
  "COPY version.txt /",
  "RUN for each in 1 2 3 4 5; do cat /bin/caddy || exit 1; done > /ballast",
];

function dockerfileOf(text: string, manner: ReplyManner): string {
  const status = manner === "answer 500" ? 500 : 200;
  const args = ["respond", "--listen", ":3000", "--status", String(status), "--body", text];
  const command = manner === "exit" ? ["/bin/caddy", "nothing-like-this"] : ["/bin/caddy", ...args];
  return [
    ...(manner === "leave cache" ? stageWithBallast : []),
    `FROM ${image}`,
    ...(manner === "leave cache" ? ["COPY --from=made /version.txt /made.txt"] : []),
    ...(manner === "fail to build" ? ["COPY missing.txt /"] : []),
    ...(manner === "fill the disk" ? ["RUN cat /dev/zero > /filler"] : []),
    "COPY version.txt /",
    "EXPOSE 3000",
    `CMD ${JSON.stringify(command)}`,
    "",
  ].join("\n");
}

export async function createReplyApp(name: string): Promise<ReplyApp> {
  const repository = await createRepository();
  return {
    name,
    repository,
    async release(text, manner = "serve") {
      await repository.write({
        Dockerfile: dockerfileOf(text, manner),
        "version.txt": `${text}\n`,
        "baton.yaml": manifests[manner],
      });
      return repository.commit(text);
    },
  };
}
