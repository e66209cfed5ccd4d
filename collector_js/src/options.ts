/** The settings of a page: attributes of the script tag, or what init() is given. */

import type { Unverified } from "./conversions.js";

export interface Options {
  /** Names the site to the gate. Public. */
  sitekey: string;
  /** Where the gate is, with a path where it is mounted under one. The script tag's default is the script's own place. */
  endpoint: string;
  /** What the visitor is about to do: `signup` and the like. Bound into the token. */
  action?: string;
  /** Selector of the forms to bind. Default: the only form with a password field, or else with a mail field. */
  form?: string;
  /** Name of the field that carries the token. Default: `hushgate-token`. */
  field?: string;
  /** Name of a global function that gets {id, conversion}. */
  callback?: string;
  /** How long a form may be held, in ms. Default: 2500. */
  timeout?: number;
  /** `load`: ask for a verdict as soon as the environment is known, action `pageview`. */
  when?: "load";
  /** `off`: open no workers, and not the gate's frame. */
  rooms?: "off";
  /** What becomes of conversions that no verdict speaks of. Default: `drop`. */
  unverified?: Unverified;
}

/** Those of this page: it has one collector. */
export let options: Options;

export function setOptions(given: Options): void {
  options = given;
}

/** The gate's place is the script's, less the version's folder: `https://gate.example/sub/v1/hushgate.js`. */
const placeOf = (src: string): string => new URL("..", src).href.slice(0, -1);

/** The attributes' names are the options' own: data-sitekey, data-action and so on. A timer takes a number as text. */
export const readAttributes = ({ dataset, src }: HTMLScriptElement): Options =>
  ({ endpoint: placeOf(src), ...dataset }) as unknown as Options;
