import { pick } from "../pick.js";

export interface Screen {
  width: number;
  height: number;
  avail_width: number;
  avail_height: number;
  color_depth: number;
  outer_width: number;
  outer_height: number;
  inner_width: number;
  inner_height: number;
  pixel_ratio: number;
  zoom?: number;
}

/** Screen, window and viewport in CSS pixels. */
export const screen = (): Screen =>
  ({
    ...pick(window.screen, "width height availWidth availHeight colorDepth"),
    ...pick(window, "outerWidth outerHeight innerWidth innerHeight"),
    pixel_ratio: devicePixelRatio,
    zoom: window.visualViewport?.scale,
  }) as unknown as Screen;
