import assert from "node:assert/strict";
import { parsePlate } from "../../core/permit/plate.ts";
import { type Campus, LOT, OTHER_LOT, PLATES } from "./campus.ts";
import type { PullProviderUnderTest, ShownAnswer } from "./pull-provider-under-test.ts";

export type PullConformanceTest = (bench: PullProviderUnderTest, campus: Campus) => Promise<void>;

/** A test and its name. */
export type NamedPullConformanceTest = readonly [title: string, body: PullConformanceTest];

/** What officers see, in every pull vendor. */
export const ANSWERS: readonly NamedPullConformanceTest[] = [
  [
    "shows a permit in force, also one without an end and one that begins now",
    async (_, campus) => {
      const handheld = campus.createHandheld();
      for (const state of ["running", "openEnded", "beginsNow"] as const) {
        const answer = await handheld.lookup({ plate: PLATES[state] });
        assertShowsPermit(answer, PLATES[state], `the permit "${state}"`);
      }
    },
  ],
  [
    "shows no permit that has ended, that ends now or that has not begun, and none for an unknown plate",
    async (_, campus) => {
      const handheld = campus.createHandheld();
      for (const state of ["ended", "endsNow", "beginsLater", "unknown"] as const) {
        assertShowsNone(await handheld.lookup({ plate: PLATES[state] }), `the plate "${state}"`);
      }
    },
  ],
  [
    "shows a permit at its own location only, where the vendor's requests name one",
    async ({ provider }, campus) => {
      if (!provider.capabilities.places) return;
      const handheld = campus.createHandheld();
      const plate = PLATES.running;
      assertShowsPermit(await handheld.lookup({ plate, locationId: LOT.id }), plate, "its location");
      assertShowsNone(await handheld.lookup({ plate, locationId: OTHER_LOT.id }), "another location");
    },
  ],
  [
    "shows the permits of the credential's company only",
    async (_, campus) => {
      const plate = PLATES.ofOtherCompany;
      const { username, password } = campus.issuedToOther;
      const ofOther = campus.createHandheld(campus.toCredential(username, password));
      assertShowsPermit(await ofOther.lookup({ plate }), plate, "the other company's own credential");
      assertShowsNone(await campus.createHandheld().lookup({ plate }), "a permit of another company");
      assertShowsNone(await ofOther.lookup({ plate: PLATES.running }), "the company's permit to the other");
    },
  ],
  [
    "finds a plate in every spelling that parsePlate reads as the same number",
    async (_, campus) => {
      const handheld = campus.createHandheld();
      for (const plate of ["gxk204", "GXK 204", " g-x-k 2 0 4 ", "Gxk.204", "GXK\u2013204"]) {
        assert.equal(parsePlate(plate).number, PLATES.running);
        assertShowsPermit(await handheld.lookup({ plate }), PLATES.running, `the spelling "${plate}"`);
      }
    },
  ],
  [
    "shows no permit for a plate that differs by one character",
    async (_, campus) => {
      const handheld = campus.createHandheld();
      for (const plate of ["GXK20", "GXK2040", "GXK2O4", "GXX204", "XGK204"]) {
        assertShowsNone(await handheld.lookup({ plate }), `the plate "${plate}"`);
      }
    },
  ],
  [
    "shows no permit at a place that differs by one character, where the vendor's requests name one",
    async ({ provider }, campus) => {
      if (!provider.capabilities.places) return;
      const handheld = campus.createHandheld();
      for (const locationId of [
        `${LOT.id}s`,
        LOT.id.slice(1),
        LOT.id.toUpperCase(),
        LOT.id.replace("-", " "),
      ]) {
        const answer = await handheld.lookup({ plate: PLATES.running, locationId });
        assert.notEqual(answer.shows, "permit", `the place "${locationId}" must not show a permit`);
      }
    },
  ],
  [
    "does not deny while the source of permits fails, and answers again after it",
    async (_, campus) => {
      const handheld = campus.createHandheld();
      campus.failSource(true);
      for (const plate of [PLATES.running, PLATES.unknown]) {
        assert.equal((await handheld.lookup({ plate })).shows, "unavailable", "the answer is not known");
      }
      campus.failSource(false);
      assertShowsPermit(await handheld.lookup({ plate: PLATES.running }), PLATES.running, "afterwards");
    },
  ],
  [
    "shows its probe what an officer sees, where it has a probe",
    async ({ provider }, campus) => {
      const { probe } = provider;
      if (probe === undefined) return;
      const { username, password } = campus.issued;
      const wrong = campus.toCredential(username, `${password}x`);
      const right = campus.toCredential(username, password);
      const ask = async (plateNumber: string, credential = right) => {
        const { path, ...request } = probe.toRequest({ plateNumber }, credential);
        const { url } = await campus.capture(plateNumber);
        const response = await campus.send({ ...request, url: new URL(path || url, url).href });
        return probe.readReply({ status: response.status, body: await response.text() }).shows;
      };
      for (const plate of Object.values(PLATES)) {
        assert.equal(await ask(plate), seenBy(await campus.createHandheld().lookup({ plate })), plate);
      }
      assert.equal(await ask(PLATES.running, wrong), "refused", "a wrong credential");
      campus.failSource(true);
      assert.equal(await ask(PLATES.running), "unavailable", "a source that fails");
    },
  ],
];

/** A probe does not tell a permit that has ended from none. */
function seenBy({ shows }: ShownAnswer): ShownAnswer["shows"] {
  return shows === "expired" ? "none" : shows;
}

function assertShowsPermit(answer: ShownAnswer, plate: string, asked: string): void {
  assert.equal(answer.shows, "permit", `${asked} must show a permit`);
  if (answer.shows !== "permit") return;
  const plates = answer.sessions.map((session) => session.plate);
  assert.deepEqual(plates, [plate], `${asked} must show one permit, with its own plate`);
}

function assertShowsNone({ shows }: ShownAnswer, asked: string): void {
  assert.ok(shows === "none" || shows === "expired", `${asked} must show that there is none, not "${shows}"`);
}
