import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { createReplyApp, makeReplyImage } from "../support/apps/reply-app.ts";
import { embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const docker = new Dockerode();

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
    const pushed = await blog.repository.push(baton.remote("blog")).done;
    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain("No space left on device");
    expect(pushed.text).toContain("The server's disk is full");
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
