import { describe, expect, test } from "vitest";
import type { CertificateAnswer, DnsAnswer } from "../../../server/ports/host/reach.ts";
import { hostState, recordAdvice } from "../../../server/rules/routing/host-state.ts";

const here = "198.41.0.4";
const hereV6 = "2001:503:ba3e::2:30";
const points = (...addresses: readonly string[]): DnsAnswer => ({ type: "found", addresses });
const valid: CertificateAnswer = { type: "valid", issuer: "Let's Encrypt", expires: new Date("2027-02-03T10:00:00Z") };
const none: CertificateAnswer = { type: "none" };
const titleOf = (dns: DnsAnswer, certificate: CertificateAnswer | null, own: readonly string[] = [here, hereV6]) =>
  hostState({ dns, own, certificate }).title;

describe("the state of a host", () => {
  test("goes from no record over the certificate to live", () => {
    expect(titleOf({ type: "missing" }, none)).toBe("No DNS record");
    expect(titleOf(points(here), none)).toBe("Waiting for the certificate");
    expect(hostState({ dns: points(here), own: [here], certificate: valid })).toEqual({
      tone: "good",
      title: "Live",
      detail: "HTTPS certificate by Let's Encrypt, valid until 2027-02-03.",
    });
  });

  test("of a host without HTTPS ends with the record", () => {
    expect(titleOf(points(here), null)).toBe("Points here");
  });

  test("names the addresses that are not this server", () => {
    const { title, detail, tone } = hostState({ dns: points("192.5.6.30"), own: [here], certificate: none });
    expect({ title, tone }).toEqual({ title: "DNS points elsewhere", tone: "bad" });
    expect(detail).toContain("points to 192.5.6.30, not to this server (198.41.0.4)");
  });

  test("sees one wrong record beside a right one, of which certificates fail now and then", () => {
    const state = hostState({ dns: points(here, "2001:503:a83e::2:30"), own: [here, hereV6], certificate: none });
    expect(state.title).toBe("DNS partly wrong");
    expect(state.detail).toContain("The AAAA record for 2001:503:a83e::2:30 is not this server");
    expect(titleOf(points(here, "192.5.6.30"), null)).toBe("DNS partly wrong");
  });

  test("behind NAT is proved by the certificate alone", () => {
    const own = ["10.0.0.5"];
    expect(titleOf(points(here), none, own)).toBe("DNS not verified");
    expect(titleOf(points(here), valid, own)).toBe("Live");
    expect(titleOf(points(here), null, own)).toBe("DNS not verified");
  });

  test("is not called wrong when no resolver answers, or when the certificate is not believed", () => {
    expect(titleOf({ type: "unknown" }, none)).toBe("DNS unknown");
    const refused: CertificateAnswer = { type: "refused", reason: "SELF_SIGNED_CERT_IN_CHAIN" };
    expect(hostState({ dns: points(here), own: [here], certificate: refused })).toMatchObject({
      title: "Certificate not trusted",
      detail: "Browsers will refuse it (SELF_SIGNED_CERT_IN_CHAIN).",
    });
  });
});

test("the record to add names public addresses only", () => {
  expect(recordAdvice(["10.0.0.5", here, hereV6])).toBe(
    "Add an A record for 198.41.0.4 and an AAAA record for 2001:503:ba3e::2:30.",
  );
  expect(recordAdvice(["10.0.0.5"])).toBe("Add an A record for this server's public address.");
});
