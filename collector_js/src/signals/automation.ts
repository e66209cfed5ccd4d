/** Traces that drivers and disguises leave. What is looked at is left as it was found. */

import type { Pristine } from "../realm.js";
import { altered } from "./automation/natives.js";
import { serialised } from "./automation/serialised.js";
import { driverAttributes, driverGlobals, ownProperties } from "./automation/traces.js";

export interface Automation {
  globals: string[];
  attributes: string[];
  natives: string[];
  own_properties: string[];
  getters: string[];
  serialised?: boolean;
}

/** `pristine` is from a realm that the page's scripts have not touched; `probes` names what the site asked for beyond the usual. */
export const automation = ({ pristine, probes }: { pristine: Pristine; probes: string }): Automation => ({
  globals: driverGlobals(),
  attributes: driverAttributes(),
  own_properties: ownProperties(),
  ...altered(pristine),
  ...(/console/.test(probes) && { serialised: serialised() }),
});
