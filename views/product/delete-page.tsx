import { routes } from "../../server/routes.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { DataAtStake } from "../redeploy/lost-data.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { TextField } from "../ui/form/text-field.tsx";

export interface DeleteProps {
  readonly slug: string;
  readonly environment: string;
  /** Whether the whole product is deleted, and not only its installation in this environment. */
  readonly isWhole: boolean;
  readonly environments: readonly string[];
  /** Data that is deleted with the containers, whatever the user chooses for volumes. */
  readonly atStake: readonly { readonly service: string; readonly path: string }[];
  /** The values of a form that was refused, and why; null if none was. */
  readonly refused: { readonly message: string; readonly typed: string; readonly volumes: "keep" | "delete" } | null;
}

export function DeletePage({ frame, deletion }: { readonly frame: PageFrame; readonly deletion: DeleteProps }) {
  const { slug, environment, isWhole, environments, atStake, refused } = deletion;
  const what = isWhole ? `Delete ${slug}` : `Remove ${slug} from ${environment}`;
  return (
    <ConfirmPage
      frame={frame}
      title={`${what}?`}
      action={inEnvironment(routes.productDelete(slug), { environment })}
      yes={what}
      isDangerous
      no={{
        text: "Keep it",
        // A product that is in no environment has no settings.
        url:
          environments.length === 0
            ? routes.product(slug)
            : inEnvironment(routes.productSettings(slug), { environment }),
      }}
      fields={<Fields slug={slug} refused={refused} />}
    >
      <ul class="consequences">
        {isWhole ? (
          <>
            <li>
              Its containers, addresses, images, variables and its repository on this server are removed
              {environments.length > 1 && `, in ${environments.join(", ")}`}. This can't be undone.
            </li>
            <li>Its deployment history is removed; the deletion itself stays in Activity.</li>
          </>
        ) : (
          <li>Its containers, addresses and variables in {environment} are removed. Its other environments stay.</li>
        )}
        <DataAtStake atStake={atStake} />
      </ul>
    </ConfirmPage>
  );
}

function Fields({ slug, refused }: { readonly slug: string; readonly refused: DeleteProps["refused"] }) {
  return (
    <>
      <fieldset class="choice">
        <legend>Data in its volumes</legend>
        <label>
          <input type="radio" name="volumes" value="keep" checked={refused?.volumes !== "delete"} />
          <span>
            Keep <span class="muted">Volumes stay in Docker.</span>
          </span>
        </label>
        <label>
          <input type="radio" name="volumes" value="delete" checked={refused?.volumes === "delete"} />
          <span>
            Delete <span class="muted">Databases and uploads are deleted permanently.</span>
          </span>
        </label>
      </fieldset>
      <TextField
        name="confirm"
        label={
          <>
            Type <code>{slug}</code> to confirm
          </>
        }
        value={refused?.typed}
        required
        faultId={refused ? "confirm-error" : null}
      />
      {refused && (
        <p class="field-error" id="confirm-error" role="alert">
          {refused.message}
        </p>
      )}
    </>
  );
}
