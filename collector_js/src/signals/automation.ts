/** Traces that drivers and disguises leave. What is looked at is left as it was found. */

import type { Pristine } from "../realm.js";
import { altered } from "./automation/natives.js";
import { driverAttributes, driverGlobals, ownProperties } from "./automation/traces.js";

export interface Automation {
  globals: string[];
  attributes: string[];
  natives: string[];
  own_properties: string[];
  getters: string[];
}

/**
 * `pristine` is from a realm that the page's scripts have not touched. The protocol's `serialised` is left out: the one way to
 * ask is to log something, and what is logged shows in a person's open console.
 */
export const automation = ({ pristine }: { pristine: Pristine }): Automation => ({
  globals: driverGlobals(),
  attributes: driverAttributes(),
  own_properties: ownProperties(),
  ...altered(pristine),
});
