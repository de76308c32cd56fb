import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClientAsync, WSSecurity } from "soap";
import { afterEach, describe, expect, it } from "vitest";
import { basicAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { iris } from "../../../src/vendors/t2-flex/dialects/iris/iris.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { minutes, openCampus, permit } from "../../lookup/campus.ts";

// npm's public SOAP client gets only the WSDL's address.

interface PlateInfoClient {
  setSecurity(security: WSSecurity): void;
  getPlateInfoAsync(request: {
    token: string;
    plateNumber: string;
  }): Promise<[{ plateInfo?: object } | null]>;
}

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function openService() {
  const { username, password, stored } = issueCredentials({ companyId: "fundy" });
  const other = issueCredentials({ companyId: "fundy" });
  const credential = { ...stored, tokenHashes: other.stored.hashes };
  // The address contains the port, and the handler needs the address before the server has a port.
  let handler: PermitLookupHandler | undefined;
  const server = createServer((request, response) => {
    if (handler !== undefined) toNodeHandler(handler)(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/PlateInfoService`;
  const campus = openCampus({
    provider: createT2FlexProvider({ dialect: iris }),
    authorize: basicAuth({ find: (name) => (name === username ? credential : undefined) }),
    publicUrl,
    permits: [
      permit(),
      permit({
        id: "ENDED",
        locationIds: ["lot-2"],
        plates: [{ raw: "OLD 1", number: "OLD1" }],
        validTo: minutes(-5),
      }),
    ],
  });
  handler = campus.handler;
  const client = (await createClientAsync(`${publicUrl}?wsdl`)) as unknown as PlateInfoClient;
  client.setSecurity(new WSSecurity(username, password));
  return { client, username, password, token: other.password, ask, audits: campus.audits };

  async function ask(plateNumber: string, given = other.password): Promise<unknown> {
    const [result] = await client.getPlateInfoAsync({ token: given, plateNumber });
    return result?.plateInfo;
  }
}

async function faultOf(asked: Promise<unknown>): Promise<unknown> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) =>
      thrown as { root?: { Envelope: { Body: { Fault: object } } }; response?: { status: number } },
  );
  return { status: error?.response?.status, ...error?.root?.Envelope.Body.Fault };
}

describe("the npm client soap, generated from the WSDL", () => {
  it("gets a valid plate", async () => {
    const { ask } = await openService();
    expect(await ask("gxk 204")).toEqual({
      expiryDate: minutes(60),
      purchasedDate: minutes(-60),
      plateNumber: "GXK204",
      regionName: "Lot 1",
      status: "Valid",
    });
  });

  it("gets an expired one for a permit that has ended", async () => {
    const { ask } = await openService();
    expect(await ask("OLD1")).toMatchObject({
      regionName: "Lot 2",
      status: "Expired",
      expiryDate: minutes(-5),
    });
  });

  it("gets no plateInfo for a plate without a permit", async () => {
    const { ask } = await openService();
    expect(await ask("NOBODY")).toBeUndefined();
  });

  it("gets a fault for a wrong password, an unknown user and a wrong or missing token, and always the same", async () => {
    const { client, ask, username, password, audits } = await openService();
    const fault = {
      status: 401,
      faultcode: "soap:Client",
      faultstring: "The credential is missing or not known.",
      detail: {
        InfoServiceFault: {
          shortErrorMessage: "The credential is missing or not known.",
          errCode: "unauthorized",
        },
      },
    };
    expect(await faultOf(ask("GXK204", "wrong"))).toMatchObject(fault);
    expect(await faultOf(ask("GXK204", ""))).toMatchObject(fault);
    // With tokenHashes of its own, the credential no longer accepts the password as the token.
    expect(await faultOf(ask("GXK204", password))).toMatchObject(fault);
    client.setSecurity(new WSSecurity(username, "wrong"));
    expect(await faultOf(ask("GXK204"))).toMatchObject(fault);
    client.setSecurity(new WSSecurity("nobody", password));
    expect(await faultOf(ask("GXK204"))).toMatchObject(fault);
    const asked = audits.filter(({ reason }) => reason !== "document");
    expect(asked.map(({ reason }) => reason)).toEqual(Array(5).fill("unauthorized"));
    expect(asked.every(({ credentialId }) => credentialId === undefined)).toBe(true);
  });

  it("is refused with a digest, which cannot be checked, because the password itself is not stored", async () => {
    const { client, ask, username, password } = await openService();
    client.setSecurity(new WSSecurity(username, password, { passwordType: "PasswordDigest" }));
    expect(await faultOf(ask("GXK204"))).toMatchObject({ status: 401 });
  });

  it("gets a fault for a plate that cannot be read", async () => {
    const { ask } = await openService();
    expect(await faultOf(ask("---"))).toMatchObject({ status: 503, faultcode: "soap:Server" });
  });
});
