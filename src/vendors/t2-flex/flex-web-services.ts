import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { createHttpClient, type OperationContext } from "../../http/client.ts";
import { unreadableReply } from "../../http/failure.ts";
import type { HttpReply } from "../../http/reply.ts";
import { askForSecret } from "../../http/secret.ts";
import type { XmlElement } from "./dialects/xml-body.ts";
import type { FlexWebServicesConfig } from "./flex-web-services-config.ts";
import {
  type FlexMethod,
  readFlexRefusal,
  readFlexResult,
  toFlexRequest,
} from "./flex-web-services-message.ts";

/** A place as a Flex system lists it: a *facility* in Flex's words. */
export interface FlexPlace {
  /** Flex's own id, the UID. */
  readonly id: string;
  /** Its description, as somebody wrote it. */
  readonly name: string;
}

/** The places of a Flex system as of `fetchedAt`. */
export interface FlexPlaceList {
  readonly places: readonly FlexPlace[];
  /** False when an entry could not be read. */
  readonly complete: boolean;
  readonly fetchedAt: Date;
}

/** The web services of one Flex system. */
export interface FlexWebServices {
  /** Asks whether the services are up. @throws EnforcementError when they are not */
  requireAvailable(context: OperationContext): Promise<void>;
  /** Lists the facilities. This is what proves the credentials. */
  listPlaces(context: OperationContext): Promise<FlexPlaceList>;
}

// The services that hold the two methods, seen in client code.
const IS_AVAILABLE: FlexMethod = { service: "T2_Flex_Misc", name: "IsFlexAvailable" };
const LIST_FACILITIES: FlexMethod = { service: "T2_Flex_Occupancy", name: "GetFacilityList" };

const MAX_LIST_BYTES = 8 * 1024 * 1024;

/** Connects to the web services of a Flex system. Nothing is sent before the first operation. */
export function createFlexWebServices(providerId: string, config: FlexWebServicesConfig): FlexWebServices {
  const { baseUrl, username, http: settings } = config;
  const http = createHttpClient({ providerId, settings, readRefusal: readFlexRefusal });

  function call<Value>(
    method: FlexMethod,
    context: OperationContext,
    read: (result: XmlElement | string, reply: HttpReply) => Value,
  ): Promise<Value> {
    return http.perform(context, async (attempt) => {
      const send = async (password: string) => {
        const reply = await attempt.send({
          ...{ method: "POST", url: `${baseUrl}/${method.service}.asmx`, changes: false },
          ...toFlexRequest(method, { username, password }),
          secrets: [username, password],
          maxReplyBytes: MAX_LIST_BYTES,
        });
        return read(readFlexResult(method, reply), reply);
      };
      const password = await attempt.waitFor(
        askForSecret(config.password, "flexWebServices.password", config.http.attemptTimeoutMs),
      );
      try {
        return await send(password);
      } catch (thrown) {
        if (!isEnforcementError(thrown) || thrown.code !== "unauthorized") throw thrown;
        const renewed = await attempt.waitFor(
          askForSecret(config.password, "flexWebServices.password", config.http.attemptTimeoutMs),
        );
        // The same one would be refused again, and who repeats a wrong one may be locked out.
        if (renewed === password) throw thrown;
        return await send(renewed);
      }
    });
  }

  return {
    requireAvailable: (context) =>
      call(IS_AVAILABLE, context, (result, { status }) => {
        // What it says when it is not available is unpublished; anything but a plain no counts as yes.
        const said = typeof result === "string" ? result : result.text.trim();
        if (!/^(false|0|no)$/i.test(said)) return;
        throw new EnforcementError("unavailable", "Flex says that its web services are not available now.", {
          status,
        });
      }),
    listPlaces: (context) =>
      call(LIST_FACILITIES, context, (result, reply) => {
        if (typeof result === "string" || result.name !== "FacilityList") {
          throw unreadableReply("holds no FacilityList", reply, false);
        }
        const facilities = result.children.filter(({ name }) => name === "Facility");
        const places = facilities.flatMap(toPlace);
        return { places, complete: places.length === facilities.length, fetchedAt: settings.clock() };
      }),
  };
}

function toPlace({ attributes }: XmlElement): FlexPlace[] {
  const [id, name] = [attributes.get("UID"), attributes.get("Description")];
  return id === undefined || id.trim() === "" || name === undefined ? [] : [{ id, name }];
}
