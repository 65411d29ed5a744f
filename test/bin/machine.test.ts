import { describe, expect, test } from "vitest";
import { isUbuntu, lookAtMachine } from "../../bin/set-up/machine.mjs";

const noble = `PRETTY_NAME="Ubuntu 24.04.4 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.4 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
`;
const trixie = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
`;

describe("the machine", () => {
  test("is Ubuntu, or made from it, when os-release says so", () => {
    expect(isUbuntu(noble)).toBe(true);
    expect(isUbuntu('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe(true);
    expect(isUbuntu(trixie)).toBe(false);
    expect(isUbuntu("")).toBe(false);
  });

  test("is looked at without asking anything else of it", async () => {
    const { isRoot, hasApt, isUbuntu: ubuntu, hasDockerSnap } = await lookAtMachine({ PATH: "/nowhere" });
    expect([isRoot, hasApt, ubuntu, hasDockerSnap].map((fact) => typeof fact)).toEqual(Array(4).fill("boolean"));
  });
});
