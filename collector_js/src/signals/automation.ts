/** Traces that drivers and disguises leave. What is looked at is left as it was found. */

import type { Scope } from "../realm.ts";
import { alteredNatives, oddGetters } from "./automation/natives.ts";
import { serialised } from "./automation/serialised.ts";
import { driverAttributes, driverGlobals, ownProperties } from "./automation/traces.ts";

export interface Automation {
  globals: string[];
  attributes: string[];
  natives: string[];
  own_properties: string[];
  getters: string[];
  serialised?: boolean;
}

/** `fresh` is a realm that the page's scripts have not touched; `probes` names what the site asked for beyond the usual. */
export const automation = ({ fresh, probes }: { fresh: Scope; probes: readonly string[] }): Automation => ({
  globals: driverGlobals(),
  attributes: driverAttributes(),
  natives: alteredNatives(fresh),
  own_properties: ownProperties(),
  getters: oddGetters(),
  ...(probes.includes("console") ? { serialised: serialised() } : {}),
});
