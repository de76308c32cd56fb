import type { EnforcementError } from "../../../../core/errors.ts";
import { fieldError } from "../../../../core/fields.ts";
import type { PresentedCredential } from "../../../../core/lookup/lookup-message.ts";
import { parseXmlBody, type XmlElement } from "./xml-body.ts";

/** SOAP 1.1. The namespace of 1.2 is another one. */
export const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
/** The namespace of WS-Security. */
export const SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
/** The type of a password that is sent as text. */
export const PASSWORD_TEXT = `${PROFILE}#PasswordText`;

/** What a SOAP request says. */
export interface SoapMessage {
  /** The WS-Security UsernameToken. Absent: there is none. An error: there is one, and it says why it proves nothing. */
  readonly credential: PresentedCredential | EnforcementError | undefined;
  /** The one element of the body. */
  readonly content: XmlElement;
}

/**
 * Reads a SOAP 1.1 request. An element that is there twice is refused: which of two passwords counts is not known.
 *
 * @throws EnforcementError `invalid_input` when it is not well-formed, or no envelope with one element in its body
 */
export function parseSoapMessage(body: string): SoapMessage {
  const envelope = parseXmlBody(body);
  if (envelope.namespace !== SOAP || envelope.name !== "Envelope") {
    throw fieldError("body", "must be a SOAP 1.1 envelope.");
  }
  const [content, ...others] = findChild(envelope, "Body", [SOAP])?.children ?? [];
  if (content === undefined || others.length > 0) throw fieldError("Body", "must hold one element.");
  return { credential: readCredential(findChild(envelope, "Header", [SOAP])), content };
}

/**
 * The child of this name, from one of these namespaces.
 *
 * @throws EnforcementError `invalid_input` when there is more than one
 */
export function findChild(
  parent: XmlElement | undefined,
  name: string,
  namespaces: readonly string[],
): XmlElement | undefined {
  const found = parent?.children.filter(
    (child) => child.name === name && namespaces.includes(child.namespace),
  );
  if (found !== undefined && found.length > 1) throw fieldError(name, "must stand there once.");
  return found?.[0];
}

/** The text of an element that has nothing else in it; `undefined` where there is no such element. */
export function textOf(element: XmlElement | undefined): string | undefined {
  return element === undefined || element.children.length > 0 ? undefined : element.text;
}

function readCredential(header: XmlElement | undefined): PresentedCredential | EnforcementError | undefined {
  const token = findChild(findChild(header, "Security", [SECURITY]), "UsernameToken", [SECURITY]);
  if (token === undefined) return undefined;
  const username = textOf(findChild(token, "Username", [SECURITY]))?.trim();
  const passwordElement = findChild(token, "Password", [SECURITY]);
  // Not trimmed: a space may be a part of it.
  const password = textOf(passwordElement);
  if (username === undefined || username === "") return fieldError("Username", "is missing or empty.");
  if (password === undefined) return fieldError("Password", "is missing, or holds elements.");
  const type = passwordElement?.attributes.get("Type")?.trim() ?? PASSWORD_TEXT;
  return type === PASSWORD_TEXT ? { username, password } : fieldError("Password", describeType(type));
}

/** What is wrong with a password's type. The type itself is not repeated: the sender chose its text. */
function describeType(type: string): string {
  switch (type) {
    case "PasswordText":
    case "#PasswordText":
      return `has the short Type "${type}"; the whole URI must be written: ${PASSWORD_TEXT}.`;
    case "PasswordDigest":
    case "#PasswordDigest":
    case `${PROFILE}#PasswordDigest`:
      return "is a digest, which can be checked only where the password itself is kept; it must be sent as PasswordText.";
    default:
      return `has an unknown Type; it must be ${PASSWORD_TEXT}.`;
  }
}
