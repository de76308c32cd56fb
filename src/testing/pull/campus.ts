import { type Location, memoryDirectory } from "../../core/directory/directory.ts";
import type { HandheldCredential } from "../../core/lookup/handheld.ts";
import type { Authorizer, StoredCredential } from "../../core/lookup/lookup-message.ts";
import type { PermitInput } from "../../core/permit/permit.ts";
import { parsePlate } from "../../core/permit/plate.ts";
import { apiKeyAuth, basicAuth, bearerAuth } from "../../lookup/auth/authorizers.ts";
import { type IssuedCredentials, issueCredentials } from "../../lookup/auth/issue-credentials.ts";
import { createPermitLookupHandler } from "../../lookup/handler.ts";
import { memoryPermits } from "../../lookup/memory-permits.ts";
import type { HandheldUnderTest, PullProviderUnderTest } from "./pull-provider-under-test.ts";

export const COMPANY = "conformance";
export const OTHER_COMPANY = "conformance-other";
export const LOT = { id: "conformance-lot", name: "Lot 7 North" };
export const OTHER_LOT = { id: "conformance-garage", name: "Garage 12" };

/** Plates by what the company's permits say of them at `NOW`. */
export const PLATES = {
  running: "GXK204",
  openEnded: "HRT551",
  beginsNow: "BEG1N5",
  beginsLater: "LAT3R8",
  endsNow: "ENDN0W",
  ended: "PAST44",
  ofOtherCompany: "THE1RS",
  unknown: "N0B0DY",
} as const;

const NOW = new Date("2026-09-15T12:00:00.000Z");
const URL_OF_LOOKUP = "https://lookup.test/permits";
const START = "2026-09-01T00:00:00Z";
const END = "2026-09-30T00:00:00Z";

/** A request as it was sent, so that it can be changed and sent again. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A host with two companies, whose permits the provider under test serves. */
export interface Campus {
  /** A credential of `COMPANY`. */
  readonly issued: IssuedCredentials;
  /** A credential of `OTHER_COMPANY`. */
  readonly issuedToOther: IssuedCredentials;
  /** How the vendor sends a user name and a password. */
  toCredential(username: string, password: string): HandheldCredential;
  /** A handheld with a credential of `COMPANY`, or with the given one. */
  createHandheld(credential?: HandheldCredential): HandheldUnderTest;
  /** The request that a handheld sends about a plate, unanswered so far. */
  capture(plate: string, credential?: HandheldCredential): Promise<SentRequest>;
  send(request: SentRequest): Promise<Response>;
  /** Replaces what the host has stored of `issued`. */
  store(hashes: readonly string[]): void;
  /** Makes the source of permits fail, or work again. */
  failSource(isFailing: boolean): void;
}

/** Sets up the host, with no request sent yet. */
export function createCampus(bench: PullProviderUnderTest): Campus {
  const { provider, scheme = "basic" } = bench;
  const issued = issueCredentials({ companyId: COMPANY });
  const issuedToOther = issueCredentials({ companyId: OTHER_COMPANY });
  const stored = new Map([issued, issuedToOther].map((one) => [one.username, one.stored]));
  const permits = memoryPermits(listPermits());
  let isSourceFailing = false;
  const handler = createPermitLookupHandler({
    provider,
    authorize: createAuthorizer(scheme, stored),
    directory: createDirectory(provider.id),
    findPermits(query) {
      if (isSourceFailing) throw new Error("The source of permits is down.");
      return permits.findPermits(query);
    },
    publicUrl: URL_OF_LOOKUP,
    clock: () => NOW,
  });

  function toCredential(username: string, password: string): HandheldCredential {
    switch (scheme) {
      case "bearer":
        return { scheme, token: password };
      case "api-key":
        return { scheme, key: password };
      case "username-token":
        return { scheme, username, password, token: password };
      default:
        return { scheme, username, password };
    }
  }
  const ownCredential = () => toCredential(issued.username, issued.password);
  const send = async (request: SentRequest) => handler(toRequest(request));

  return {
    issued,
    issuedToOther,
    toCredential,
    send,
    createHandheld: (credential = ownCredential()) =>
      bench.createHandheld({
        url: URL_OF_LOOKUP,
        credential,
        fetch: async (input, init) => handler(new Request(input, init)),
      }),
    async capture(plate, credential = ownCredential()) {
      let sent: SentRequest | undefined;
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const request = new Request(input, init);
        const headers = Object.fromEntries(request.headers);
        sent = { method: request.method, url: request.url, headers, body: await request.text() };
        return new Response("", { status: 503 });
      };
      await bench.createHandheld({ url: URL_OF_LOOKUP, credential, fetch }).lookup({ plate });
      if (sent === undefined) throw new Error("createHandheld must send its request through fetch.");
      return sent;
    },
    store(hashes) {
      stored.set(issued.username, { ...issued.stored, hashes });
    },
    failSource(isFailing) {
      isSourceFailing = isFailing;
    },
  };
}

function toRequest({ method, url, headers, body }: SentRequest): Request {
  const hasBody = body !== "" && !["GET", "HEAD"].includes(method);
  return new Request(url, hasBody ? { method, headers, body } : { method, headers });
}

function createAuthorizer(
  scheme: HandheldCredential["scheme"],
  stored: ReadonlyMap<string, StoredCredential>,
): Authorizer {
  const findByHash = (hash: string) => [...stored.values()].find(({ hashes }) => hashes.includes(hash));
  if (scheme === "bearer") return bearerAuth({ find: findByHash });
  if (scheme === "api-key") return apiKeyAuth({ find: findByHash });
  return basicAuth({ find: (username) => stored.get(username) });
}

/** The mapping of one location whose name and target are `name`, for the validator. */
export function toMapping(providerId: string, name: string) {
  return {
    company: toCompany(COMPANY, providerId),
    locations: [toLocation({ id: LOT.id, name }, { providerId })],
  };
}

function createDirectory(providerId: string) {
  return memoryDirectory({
    companies: [toCompany(COMPANY, providerId), toCompany(OTHER_COMPANY, providerId)],
    locations: [
      toLocation(LOT, { providerId }),
      toLocation(OTHER_LOT, { providerId }),
      toLocation({ id: "conformance-theirs", name: "Their Lot" }, { providerId, companyId: OTHER_COMPANY }),
    ],
  });
}

function toCompany(id: string, providerId: string) {
  return { id, name: `Company ${id}`, providers: { [providerId]: { enabled: true } } };
}

function toLocation(
  { id, name }: { id: string; name: string },
  { providerId, companyId = COMPANY }: { providerId: string; companyId?: string },
): Location {
  return { id, companyId, name, providers: { [providerId]: { enabled: true, target: name } } };
}

function listPermits(): PermitInput[] {
  const momentLater = new Date(NOW.getTime() + 1);
  return [
    toPermit(PLATES.running),
    toPermit(PLATES.openEnded, { validTo: null }),
    toPermit(PLATES.beginsNow, { validFrom: NOW }),
    toPermit(PLATES.beginsLater, { validFrom: momentLater }),
    toPermit(PLATES.endsNow, { validTo: NOW }),
    toPermit(PLATES.ended, { validTo: "2026-09-14T00:00:00Z" }),
    toPermit(PLATES.ofOtherCompany, { companyId: OTHER_COMPANY, locationIds: ["conformance-theirs"] }),
  ];
}

function toPermit(plate: string, change: Partial<PermitInput> = {}): PermitInput {
  return {
    id: `conformance-permit-${plate}`,
    companyId: COMPANY,
    plates: [parsePlate(plate)],
    locationIds: [LOT.id],
    validFrom: START,
    validTo: END,
    revision: 1,
    ...change,
  };
}
