import { fieldError } from "../../../../core/fields.ts";
import { formatInstant } from "../../../../core/instant.ts";
import type {
  LookupAnswer,
  LookupDialect,
  LookupMatch,
  LookupQuery,
  LookupRefusal,
} from "../../../../core/lookup/dialect.ts";
import type {
  LookupReply,
  LookupRequest,
  PresentedCredential,
} from "../../../../core/lookup/lookup-message.ts";
import { toEndText } from "../../../../core/lookup/wire-forms.ts";
import { irisProbe } from "./probe.ts";
import { findChild, parseSoapMessage, SOAP, type SoapMessage, textOf } from "./soap-message.ts";
import { describePlateInfoService, PLATE_INFO } from "./wsdl.ts";
import { escapeXml } from "./xml-text.ts";

/**
 * The lookup of T2's own Iris PlateInfo service: SOAP 1.1, document/literal, of which `getPlateInfo` is served. Names
 * and shapes are seen in public client code. It asks about one plate anywhere: a place or a state is not in it.
 *
 * Two secrets are wanted: a WS-Security UsernameToken with the password as text, which `basicAuth` recognises, and a
 * `token` element. What T2 compares the token with is unpublished; here it must be a secret that the host issued, by hash:
 * `tokenHashes` of the stored credential, or the password once more where that is absent. Inferred.
 *
 * A plate whose permit has ended is `Expired`; one that never had a permit is a response without `plateInfo`.
 * `regionName` is the location's name, inferred from `…ByRegion`. Refusals are an `InfoServiceFault` under their own
 * HTTP status, not under 500. `GET ?wsdl` serves the description, with the handler's `publicUrl` for an address.
 */
export const iris: LookupDialect = Object.freeze({
  id: "iris",
  places: false,
  methods: Object.freeze(["POST"]),
  contentTypes: Object.freeze(["text/xml", "application/xml"]),
  readCredential,
  readToken: (request: LookupRequest) => readContent(request, "token")?.trim(),
  serveDocument,
  parseQuery,
  renderAnswer,
  renderRefusal,
  probe: irisProbe,
});

// The operation's name is what the service's own description calls it, the element's name what clients send.
const GET_PLATE_INFO: readonly string[] = ["getPlateInfo", "PlateInfoByPlateRequest"];

// The handler reads credential, token and query one after the other; the body is parsed once.
const messages = new WeakMap<LookupRequest, SoapMessage>();

function readMessage(request: LookupRequest): SoapMessage {
  const message = messages.get(request) ?? parseSoapMessage(request.body);
  messages.set(request, message);
  return message;
}

/** @throws EnforcementError `invalid_input` when there is a UsernameToken that proves nothing, saying why */
function readCredential(request: LookupRequest): PresentedCredential | undefined {
  const { credential } = readMessage(request);
  if (credential instanceof Error) throw credential;
  return credential;
}

function readContent(request: LookupRequest, name: string): string | undefined {
  // Clients differ in whether the parts of a request are in the namespace of the whole.
  return textOf(findChild(readMessage(request).content, name, ["", PLATE_INFO]));
}

function parseQuery(request: LookupRequest): LookupQuery | LookupRefusal {
  const { name, namespace } = readMessage(request).content;
  if (namespace !== PLATE_INFO) throw fieldError("Body", `must hold an element of ${PLATE_INFO}.`);
  if (!GET_PLATE_INFO.includes(name)) {
    const message = "Only getPlateInfo is served; other operations are not supported yet.";
    return { status: 404, code: "not_supported", message };
  }
  const plate = readContent(request, "plateNumber");
  if (plate === undefined) throw fieldError("plateNumber", "must be there, as text.");
  return { plate };
}

function serveDocument(
  { method, query }: LookupRequest,
  { publicUrl }: { readonly publicUrl: string | undefined },
): LookupReply | LookupRefusal | undefined {
  if (method !== "GET" || !/(?:^|&)wsdl(?:[=&]|$)/i.test(query)) return undefined;
  if (publicUrl !== undefined) return toXmlReply(200, describePlateInfoService(publicUrl));
  const message = "The WSDL says where the service is; give the lookup handler its publicUrl option.";
  return { status: 404, code: "public_url_missing", message };
}

function renderAnswer({ matches: [best], ended }: LookupAnswer): LookupReply {
  const info = best === undefined ? describe(ended, "Expired") : describe(best, "Valid");
  return toEnvelope(
    200,
    `<info:PlateInfoByPlateResponse xmlns:info="${PLATE_INFO}">${info}</info:PlateInfoByPlateResponse>`,
  );
}

function describe(match: LookupMatch | undefined, status: "Valid" | "Expired"): string {
  if (match === undefined) return "";
  const { permit, plate, location } = match;
  const fields = {
    expiryDate: toEndText(permit.validTo),
    purchasedDate: formatInstant(permit.createdAt ?? permit.validFrom),
    plateNumber: plate.number,
    regionName: location.name,
    status,
  };
  const parts = Object.entries(fields).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return `<plateInfo>${parts.join("")}</plateInfo>`;
}

function renderRefusal({ status, code, message, headers }: LookupRefusal): LookupReply {
  const party = status < 500 ? "Client" : "Server";
  const text = escapeXml(message);
  const detail = `<info:InfoServiceFault xmlns:info="${PLATE_INFO}"><shortErrorMessage>${text}</shortErrorMessage><errCode>${code}</errCode></info:InfoServiceFault>`;
  return toEnvelope(
    status,
    `<soap:Fault><faultcode>soap:${party}</faultcode><faultstring>${text}</faultstring><detail>${detail}</detail></soap:Fault>`,
    headers,
  );
}

function toEnvelope(
  status: number,
  content: string,
  headers?: Readonly<Record<string, string>>,
): LookupReply {
  const envelope = `<soap:Envelope xmlns:soap="${SOAP}"><soap:Body>${content}</soap:Body></soap:Envelope>`;
  return toXmlReply(status, `<?xml version="1.0" encoding="UTF-8"?>${envelope}`, headers);
}

function toXmlReply(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): LookupReply {
  return { status, headers: { ...headers, "content-type": "text/xml; charset=utf-8" }, body };
}
