import {
  type LookupCredential,
  type LookupProbe,
  unavailableReply,
} from "../../../../core/lookup/lookup-probe.ts";
import { findChild, PASSWORD_TEXT, SECURITY, SOAP, textOf } from "./soap-message.ts";
import { PLATE_INFO } from "./wsdl.ts";
import { parseXmlBody, type XmlElement } from "./xml-body.ts";
import { escapeXml } from "./xml-text.ts";

/** Asks as clients of the `iris` dialect do. It has neither a place nor a region, and shows no permit id. */
export const irisProbe: LookupProbe = Object.freeze<LookupProbe>({
  toRequest: ({ plateNumber }, credential) => ({
    method: "POST",
    path: "",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: `"${PLATE_INFO}/getPlateInfo"` },
    body: toEnvelope(plateNumber, credential),
  }),
  readReply({ status, body }) {
    if (status === 401 || status === 403) return { shows: "refused", status };
    const response = status === 200 ? findResponse(body) : undefined;
    if (response === undefined) return unavailableReply(status, "a PlateInfo response");
    const info = response.children.find(({ name }) => name === "plateInfo");
    const validity = textOf(findChild(info, "status", ["", PLATE_INFO]));
    return { shows: validity === "Valid" ? "permit" : "none" };
  },
});

function findResponse(body: string): XmlElement | undefined {
  try {
    const envelope = parseXmlBody(body);
    return findChild(findChild(envelope, "Body", [SOAP]), "PlateInfoByPlateResponse", [PLATE_INFO]);
  } catch {
    return undefined;
  }
}

function toEnvelope(plateNumber: string, credential: LookupCredential): string {
  const { username, password, token } = toSecrets(credential);
  const user = `<w:Username>${username}</w:Username><w:Password Type="${PASSWORD_TEXT}">${password}</w:Password>`;
  const header = `<w:Security xmlns:w="${SECURITY}"><w:UsernameToken>${user}</w:UsernameToken></w:Security>`;
  const request = `<p:PlateInfoByPlateRequest xmlns:p="${PLATE_INFO}"><token>${token}</token><plateNumber>${plateNumber}</plateNumber></p:PlateInfoByPlateRequest>`;
  return `<e:Envelope xmlns:e="${SOAP}"><e:Header>${header}</e:Header><e:Body>${request}</e:Body></e:Envelope>`;
}

/** The password is also the token when none was issued. A credential without a user name is none for this dialect. */
function toSecrets(credential: LookupCredential): { username: string; password: string; token: string } {
  if (credential.scheme === "bearer" || credential.scheme === "api-key")
    return { username: "", password: "", token: "" };
  const { username, password } = credential;
  const token = credential.scheme === "username-token" ? credential.token : password;
  return { username: escapeXml(username), password: escapeXml(password), token: escapeXml(token) };
}
