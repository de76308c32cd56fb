/** SOAP messages for tests, correct by default; each part can be replaced by a wrong one. */
export const PLATE_INFO = "http://ws.digitalpaytech.com/plateInfo";

const ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
const SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

export interface IrisParts {
  readonly username?: string;
  readonly password?: string;
  /** Replaces the whole security header. */
  readonly header?: string;
  readonly token?: string;
  readonly plate?: string;
  /** Replaces everything inside the body. */
  readonly content?: string;
  readonly namespace?: string;
  /** Precedes the envelope. */
  readonly prolog?: string;
}

export function toIrisMessage(parts: IrisParts = {}): string {
  const { username = "user", password = "secret", token = "secret", plate = "GXK204" } = parts;
  const { namespace = ENVELOPE, prolog = '<?xml version="1.0" encoding="utf-8"?>' } = parts;
  const header =
    parts.header ??
    `<wsse:Security xmlns:wsse="${SECURITY}"><wsse:UsernameToken><wsse:Username>${username}</wsse:Username><wsse:Password>${password}</wsse:Password></wsse:UsernameToken></wsse:Security>`;
  const content =
    parts.content ??
    `<PlateInfoByPlateRequest xmlns="${PLATE_INFO}"><token>${token}</token><plateNumber>${plate}</plateNumber></PlateInfoByPlateRequest>`;
  return `${prolog}<soapenv:Envelope xmlns:soapenv="${namespace}"><soapenv:Header>${header}</soapenv:Header><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`;
}
