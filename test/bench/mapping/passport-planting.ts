import type { MappingReport } from "../../../src/index.ts";
import { validatePassportMapping } from "../../../src/vendors/passport/mapping.ts";
import type { PassportZone } from "../../../src/vendors/passport/zone-index.ts";
import {
  type Place,
  type PlantedMapping,
  type Planting,
  plainLocation,
  slipMistakes,
} from "./planted-mapping.ts";

const OPERATOR = "8f2b0c5e-0000-4000-8000-000000000001";
const OTHER_OPERATOR = "8f2b0c5e-0000-4000-8000-000000000002";

/** Passport: every location has its zone; seven in ten targets are its id, the others its name. */
export const passportPlanting: Planting<PassportZone> = {
  vendor: "passport",
  cleanPlace(name, index) {
    const zone = { id: zoneId(index), number: `N${index}`, name, operatorId: OPERATOR };
    const target = index % 10 < 7 ? zone.id : name;
    return { index, location: plainLocation("passport", { name, index, target }), entries: [zone] };
  },
  mistakes: [
    ...slipMistakes<PassportZone>((place, slipOn) => {
      const target = slipOn(place.location.name);
      if (target !== undefined) pointTo(place, target);
      return target !== undefined;
    }),
    (place) => {
      pointTo(place, zoneId(place.index + 5_000_000));
      return ["target_unknown"];
    },
    (place) => {
      pointTo(place, zoneId(place.index).replaceAll("-", ""));
      return ["target_malformed"];
    },
    (place) => {
      place.location = plainLocation("passport", { name: place.location.name, index: place.index });
      return ["target_missing"];
    },
    (place) => {
      pointTo(place, zoneId(place.index));
      place.location = { ...place.location, zoneName: place.location.name.toLowerCase() };
      return ["zone_name_differs"];
    },
    (place) => {
      const twin = {
        id: zoneId(place.index + 6_000_000),
        number: `N${place.index}`,
        name: `Old ${place.index}`,
      };
      pointTo(place, twin.number);
      place.entries = [...place.entries, twin];
      return ["target_ambiguous"];
    },
    (place) => {
      pointTo(place, zoneId(place.index));
      place.entries = place.entries.map((zone) => ({ ...zone, operatorId: OTHER_OPERATOR }));
      return ["target_of_other_operator"];
    },
  ],
};

export function validatePassport({
  company,
  locations,
  entries,
}: PlantedMapping<PassportZone>): MappingReport {
  return validatePassportMapping({ company, locations, zones: entries, operatorId: OPERATOR });
}

function pointTo(place: Place<PassportZone>, target: string): void {
  const { name } = place.location;
  place.location = plainLocation("passport", { name, index: place.index, target });
}

function zoneId(index: number): string {
  return `8f2b0c5e-1111-4000-8000-${index.toString(16).padStart(12, "0")}`;
}
