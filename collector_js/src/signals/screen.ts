/** Screen, window and viewport in CSS pixels. */
export function screen() {
  const { width, height, availWidth, availHeight, colorDepth } = window.screen;
  return {
    ...{ width, height, avail_width: availWidth, avail_height: availHeight, color_depth: colorDepth },
    ...{ outer_width: outerWidth, outer_height: outerHeight, inner_width: innerWidth, inner_height: innerHeight },
    ...{ pixel_ratio: devicePixelRatio, zoom: window.visualViewport?.scale },
  };
}
