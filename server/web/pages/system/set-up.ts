import { Part } from "../../../../views/frame/live-region.tsx";
import { SetUpPage, type SetUpProps, SetUpSteps, setUpStepsId } from "../../../../views/system/set-up-page.tsx";
import { setUpHidden } from "../../../commands/settings/hide-set-up.ts";
import { routes } from "../../../routes.ts";
import { setUpSteps } from "../../../rules/products/set-up-steps.ts";
import type { HostState } from "../../../rules/routing/host-state.ts";
import { readSetUpSteps } from "../../read/set-up-facts.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds, readerOf } from "../page.ts";

/** Shows the checklist from a bare server to HTTPS. */
export function createSetUpPages(needs: PageNeeds) {
  const { endpoints } = needs;

  return endpoints
    .router()
    .on(routes.setUp.get, async (c) => {
      const setUp = await readSetUp(needs, c.req.raw.signal);
      const url = `${routes.setUpStream()}?${new URLSearchParams({ shown: digestOf(setUp) })}`;
      const frame = frameOf(c, needs, { title: "Going public", section: "system" });
      return c.html(SetUpPage({ frame, setUp, stream: { url, pauseInBackground: true } }));
    })

    .on(routes.setUpStream.get, (c) =>
      answerWithSnapshots(c, needs, async () => {
        const setUp = await readSetUp(needs, c.req.raw.signal);
        const part = Part({
          target: setUpStepsId,
          how: "replace",
          children: SetUpSteps({ setUp, reader: readerOf(c, null) }),
        });
        return { digest: digestOf(setUp), html: await part.toString() };
      }),
    )

    .on(routes.setUpHide.post, async (c) => {
      await needs.commands.hideSetUp();
      return c.redirect(routes.home(), 303);
    });
}

async function readSetUp(needs: PageNeeds, signal: AbortSignal): Promise<SetUpProps> {
  const { reach, publicUrl, listen } = needs;
  const isHttps = publicUrl.protocol === "https:";
  return {
    steps: await readSetUpSteps(needs, signal),
    addresses: reach.ownAddresses(),
    tunnel: isHttps ? null : `ssh -L ${listen.port}:127.0.0.1:${listen.port} root@this-server`,
  };
}

/**
 * The number of configuration steps that the home page should mention; 0 if the user has hidden them. It does not query
 * DNS, which takes seconds if no resolver answers.
 */
export async function remainingSetUpSteps(needs: PageNeeds): Promise<number> {
  if ((await needs.store.settings.get(setUpHidden)) !== null) return 0;
  const { publicUrl, domain, httpPort, httpsPort } = needs;
  const taken: HostState = { tone: "good", title: "Not checked", detail: null };
  const facts = { domain, httpPort, httpsPort, publicUrl, own: [], dashboard: taken, wildcard: taken };
  return setUpSteps({ ...facts, hasLiveProduct: true }).filter(({ state }) => state !== "done").length;
}
