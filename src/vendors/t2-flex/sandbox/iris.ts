import { XMLParser, XMLValidator } from "fast-xml-parser";
import * as z from "zod/mini";
import type { HandheldAnswer, HandheldCredential, HandheldEntry } from "../../../core/lookup/handheld.ts";
import { type HandheldWire, instantInUtc, readReply, text } from "./schema.ts";

const ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
const SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PASSWORD =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
const PLATE_INFO = "http://ws.digitalpaytech.com/plateInfo";

const infoSchema = z.strictObject(
  {
    expiryDate: instantInUtc,
    purchasedDate: instantInUtc,
    plateNumber: text,
    regionName: text,
    status: z.enum(["Valid", "Expired"], "must be Valid or Expired"),
  },
  "must be an element",
);

const replySchema = z.object(
  {
    Envelope: z.object(
      {
        Body: z.object(
          {
            PlateInfoByPlateResponse: z.union(
              // An element with nothing in it is read as an empty text.
              [z.literal(""), z.strictObject({ plateInfo: infoSchema })],
              "must hold one plateInfo or none",
            ),
          },
          "must be an element",
        ),
      },
      "must be an element",
    ),
  },
  "must be XML",
);

const parser = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false });

/** How public clients of T2's PlateInfo service ask. */
export const irisWire: HandheldWire = {
  path: "",
  headers: { "content-type": "text/xml; charset=utf-8", soapaction: `"${PLATE_INFO}/getPlateInfo"` },
  encode,
  decode(status, body): HandheldAnswer {
    if (status !== 200) return { shows: "unavailable", why: `status ${status}` };
    const read = readReply(
      replySchema,
      XMLValidator.validate(body) === true ? parser.parse(body) : undefined,
    );
    if ("why" in read) return { shows: "unavailable", why: read.why };
    const response = read.reply.Envelope.Body.PlateInfoByPlateResponse;
    if (response === "") return { shows: "none" };
    const { expiryDate, purchasedDate, plateNumber, regionName, status: validity } = response.plateInfo;
    const session = {
      id: null,
      permitId: null,
      state: null,
      startDateTime: null,
      tenantName: null,
      plate: plateNumber,
      endDateTime: expiryDate,
      createdDateTime: purchasedDate,
      location: regionName,
    };
    return validity === "Valid"
      ? { shows: "permit", session, sessions: [session] }
      : { shows: "expired", session };
  },
};

function encode({ plate }: HandheldEntry, credential: HandheldCredential): string {
  const { username, password, token } = credential as HandheldCredential & { scheme: "username-token" };
  const user = `<w:Username>${quote(username)}</w:Username><w:Password Type="${PASSWORD}">${quote(password)}</w:Password>`;
  const header = `<w:Security e:mustUnderstand="1" xmlns:w="${SECURITY}"><w:UsernameToken>${user}</w:UsernameToken></w:Security>`;
  const request = `<p:PlateInfoByPlateRequest xmlns:p="${PLATE_INFO}"><token>${quote(token)}</token><plateNumber>${quote(plate)}</plateNumber></p:PlateInfoByPlateRequest>`;
  return `<e:Envelope xmlns:e="${ENVELOPE}"><e:Header>${header}</e:Header><e:Body>${request}</e:Body></e:Envelope>`;
}

/** A text as character references where it holds anything but letters, digits and spaces. */
function quote(value: string): string {
  return value.replace(/[^A-Za-z0-9 ]/gu, (character) => `&#${character.codePointAt(0)};`);
}
