import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { createReplyApp, makeReplyImage, type ReplyApp, type ReplyManner } from "../support/apps/reply-app.ts";
import { embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const docker = new Dockerode();

const pushed = async (app: ReplyApp, text: string, manner: ReplyManner, to: string) => {
  await app.release(text, manner);
  return app.repository.push(to).done;
};

/** Set by own-docker.real.test.ts, whose Docker has a disk of its own: on another, this would fill the machine's. */
test.runIf(process.env.BATON_TEST_SMALL_DISK === "1")(
  "a build that fills Docker's disk fails with that word, and nobody else notices",
  async ({ onTestFinished }) => {
    await makeReplyImage(docker);
    // The check before a build would refuse it.
    const baton = await startBaton({ ...embeddedPostgres, BATON_MIN_FREE: "off" }, []);
    onTestFinished(() => baton.down());
    const [shop, blog] = [await createReplyApp("shop"), await createReplyApp("blog")];
    await shop.release("v1");
    expect((await shop.repository.push(baton.remote("shop")).done).code).toBe(0);
    const traffic = startTraffic({
      ...{ httpPort: baton.httpPort, product: "shop", workers: 1, pauseMs: 25 },
      connections: "new",
    });

    await blog.release("v1", "fill the disk");
    const filled = await blog.repository.push(baton.remote("blog")).done;
    expect(filled.code).not.toBe(0);
    expect(filled.text).toContain("No space left on device");
    expect(filled.text).toMatch(/The server.s disk (?:is|was) full/);
    expect(await baton.api.newest("blog")).toMatchObject({ status: "failed" });

    // What the build had written is gone, so the next ones find room.
    for (const app of [blog, shop]) {
      await app.release("v2");
      const next = await app.repository.push(baton.remote(app.name)).done;
      expect(next.code, next.text).toBe(0);
      expect((await baton.ask(app.name)).body).toBe("v2");
    }
    expect((await traffic.stop()).failures).toEqual([]);
  },
);

test.runIf(process.env.BATON_TEST_SMALL_DISK === "1")(
  "a disk that the build cache has filled has room again after a build failed of it, and no app notices",
  async ({ onTestFinished }) => {
    await makeReplyImage(docker);
    const baton = await startBaton({ ...embeddedPostgres, BATON_MIN_FREE: "off", BATON_BUILD_CACHE: "10g" }, []);
    onTestFinished(() => baton.down());
    const [shop, blog] = [await createReplyApp("shop"), await createReplyApp("blog")];
    const remote = baton.remote("blog");
    expect((await pushed(shop, "v1", "serve", baton.remote("shop"))).code).toBe(0);
    const traffic = startTraffic({
      ...{ httpPort: baton.httpPort, product: "shop", workers: 1, pauseMs: 25 },
      connections: "new",
    });

    const outputs: string[] = [];
    for (let version = 1; version < 6; version += 1) {
      const { code, text } = await pushed(blog, `v${version}`, "leave cache", remote);
      outputs.push(text);
      if (code !== 0) break;
    }
    const failed = outputs.at(-1);
    expect(failed).toContain("No space left on device");
    expect(failed).toMatch(/To make room on the disk, Baton has removed \d+ MB of build cache/);
    expect(failed).toMatch(/The server's disk was full\. Baton has removed \d+ MB of build cache.*: deploy again\./);

    const next = await pushed(blog, "v9", "leave cache", remote);
    expect(next.code, next.text).toBe(0);
    expect((await baton.ask("blog")).body).toBe("v9");
    expect((await traffic.stop()).failures).toEqual([]);
  },
);
