import { describe, expect, it } from "vitest";
import { archiveName, archivePlace, fileOfPlace, keptSettings } from "../../../server/rules/backup/archive-place.ts";

const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };

describe("where backups of the server go", () => {
  it("is a folder", () => {
    expect(archivePlace("/srv/backups/", {})).toEqual({
      place: { type: "folder", path: "/srv/backups" },
      secret: null,
    });
    expect(archivePlace("/", {}).place).toEqual({ type: "folder", path: "/" });
  });

  it("is a folder of a bucket, at Amazon or another server", () => {
    const place = { type: "s3", bucket: "team-backups", accessKeyId: "id" };
    expect(archivePlace("s3://team-backups/baton/", { ...keys, AWS_REGION: "eu-central-1" })).toEqual({
      place: { ...place, prefix: "baton", region: "eu-central-1", endpoint: "https://s3.eu-central-1.amazonaws.com" },
      secret: "secret",
    });
    expect(archivePlace("s3://team-backups", { ...keys, AWS_ENDPOINT_URL: "http://127.0.0.1:9000" }).place).toEqual({
      ...{ ...place, prefix: "", region: "us-east-1", endpoint: "http://127.0.0.1:9000" },
    });
  });

  it.each([
    ["backups", {}, 'Backups go to an absolute path or to s3://bucket/folder (got "backups")'],
    ["s3://", keys, 'Backups go to an absolute path or to s3://bucket/folder (got "s3://")'],
    ["ftp://host/x", keys, 'Backups go to an absolute path or to s3://bucket/folder (got "ftp://host/x")'],
    ["s3://team", {}, "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for a backup to s3://"],
    [
      "s3://team",
      { ...keys, AWS_ENDPOINT_URL: "minio:9000" },
      'AWS_ENDPOINT_URL must be the URL of an S3 server (got "minio:9000")',
    ],
  ])("refuses %s with what is accepted", (text, environment, message) => {
    expect(() => archivePlace(text, environment)).toThrow(message);
  });

  it("names archives so that they sort by time", () => {
    const at = new Date("2026-11-30T03:10:09.123Z");
    expect(archiveName("1a2b3c4d", at)).toBe("baton-1a2b3c4d-20261130-031009-123.tar.gz");
    expect(fileOfPlace("s3://team/baton/x.tar.gz")).toEqual({ place: "s3://team/baton", file: "x.tar.gz" });
    expect(fileOfPlace("/x.tar.gz")).toEqual({ place: "/", file: "x.tar.gz" });
  });
});

it("keeps the settings of a server, without secrets and without what only this machine has", () => {
  const environment = {
    ...{ BATON_DOMAIN: "example.com", BATON_ADMIN_TOKEN: "x", BATON_DATA: "/srv", BATON_CADDY_BIN: "/usr/bin/caddy" },
    ...{ BATON_BACKUP_PASSPHRASE: "x", DATABASE_URL: "postgres://u:p@h/d", PATH: "/bin", BATON_PORTS: "20000-20100" },
  };
  expect(keptSettings(environment)).toEqual({ BATON_DOMAIN: "example.com", BATON_PORTS: "20000-20100" });
});
