const PLACES = [
  ...["Maple", "Harbour", "King's", "Saint-Jean", "Université", "Goethe", "Stadium", "North-West", "Queen's"],
  ...["Chapel", "Mill", "Poets'", "Foundry", "Lincoln", "Café", "Regent", "Waterloo", "Dundonald", "Phoenix"],
];
const PARTS = ["Gate", "Court", "Square", "Hill", "Bridge", "Quay", "Common", "Terrace", "Green", "Corner"];
const KINDS = ["Lot", "Garage", "Visitor Lot", "Staff Lot", "Level", "Permit Zone"];

/** Names as operators give them, all different: `Harbour Quay Garage 1204`. Many differ in one digit alone. */
export function placeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const [place, afterPlace] = pick(PLACES, index);
    const [part, afterPart] = pick(PARTS, afterPlace);
    const [kind, number] = pick(KINDS, afterPart);
    return `${place} ${part} ${kind} ${number + 1}`;
  });
}

function pick(texts: readonly string[], index: number): [text: string | undefined, rest: number] {
  return [texts[index % texts.length], Math.floor(index / texts.length)];
}
