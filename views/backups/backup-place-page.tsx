import type { BackupPlace } from "../../server/model/backup.ts";
import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";
import { type OwnBackupsProps, OwnBackupsSection } from "./own-backups-section.tsx";

export interface BackupPlaceProps {
  readonly typed: BackupPlace;
  /** Whether a secret access key is stored. It is never shown. */
  readonly hasSecret: boolean;
  readonly error: string | null;
  readonly notice: string | null;
  readonly own: OwnBackupsProps;
}

const line = { width: "whole", maxlength: 500 } as const;

export function BackupPlacePage({ frame, page }: { readonly frame: PageFrame; readonly page: BackupPlaceProps }) {
  const { typed, hasSecret, error, notice, own } = page;
  const folder = typed.type === "folder" ? typed : null;
  const s3 = typed.type === "s3" ? typed : null;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        {offers(frame, routes.system.get) && <a href={routes.system()}>System</a>}
        <span aria-current="page">Backups</span>
      </p>
      <h1>Backups</h1>
      <Notice text={notice} />
      <Fault text={error} />
      <OwnBackupsSection frame={frame} own={own} />
      <h2 class="place-title">Where the data of products goes</h2>
      <p class="muted">
        Each product has its own schedule, on its Backups tab. Earlier backups stay where they are: set the place back
        to restore one of them.
      </p>
      <section class="card" aria-labelledby="folder-title">
        <h3 id="folder-title">A folder of this server {folder && <span class="muted small">in use</span>}</h3>
        <p class="muted">
          A mounted disk or network share is safer than Baton’s own data folder, which is lost with this server.
        </p>
        <form class="fields provider-form" method="post" action={routes.backupPlace()}>
          <CsrfField token={frame.csrf} />
          <input type="hidden" name="type" value="folder" />
          <TextField
            {...line}
            name="path"
            label="Absolute path (empty is Baton’s own data folder)"
            value={folder?.path ?? ""}
            placeholder="/mnt/backups"
          />
          <button class={`button${s3 ? "" : " primary"}`} type="submit">
            Use this folder
          </button>
        </form>
      </section>
      <section class="card" aria-labelledby="s3-title">
        <h3 id="s3-title">An S3-compatible server {s3 && <span class="muted small">in use</span>}</h3>
        <p class="muted">Amazon S3, MinIO, Garage, Cloudflare R2, Backblaze B2, Hetzner and others.</p>
        <form class="fields provider-form" method="post" action={routes.backupPlace()}>
          <CsrfField token={frame.csrf} />
          <input type="hidden" name="type" value="s3" />
          <TextField
            {...line}
            name="endpoint"
            label="Endpoint"
            value={s3?.endpoint}
            placeholder="https://s3.eu-central-1.amazonaws.com"
            required
          />
          <TextField {...line} name="region" label="Region" value={s3?.region} placeholder="us-east-1" />
          <TextField {...line} name="bucket" label="Bucket" value={s3?.bucket} required />
          <TextField {...line} name="prefix" label="Folder in the bucket (may be empty)" value={s3?.prefix} />
          <TextField {...line} name="accessKeyId" label="Access key ID" value={s3?.accessKeyId} required />
          <p class="field whole">
            <label for="secret">Secret access key</label>
            <input
              id="secret"
              name="secret"
              type="password"
              autocomplete="off"
              maxlength={500}
              required={!hasSecret}
              placeholder={hasSecret ? "unchanged" : undefined}
            />
          </p>
          <button class="button primary" type="submit">
            Use this bucket
          </button>
        </form>
      </section>
    </Layout>
  );
}
