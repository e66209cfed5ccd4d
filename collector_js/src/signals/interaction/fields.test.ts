import { beforeEach, describe, expect, test } from "vitest";
import { field, openPage, read, stage } from "../../../test/form-page.js";

beforeEach(() => openPage());

describe("the form", () => {
  test("values that nothing explains", () => {
    field("email").value = "ann@example.org";
    expect(read()).toMatchObject({ bound: true, filled: 1, scripted: 1 });
  });

  test("values that were there before, or are the page's own, are explained", async () => {
    await openPage('<input id="email" type="email" value="ann@example.org"><input id="password" type="password">');
    field("password").value = "from the browser's memory";
    stage.fire("load");
    expect(read()).toMatchObject({ filled: 2, scripted: 0 });
  });

  test("a change event explains a value", () => {
    field("email").value = "ann@example.org";
    stage.fire("change", { target: field("email") });
    expect(read()).toMatchObject({ scripted: 0 });
  });

  test("without a form, the page's fields", async () => {
    await openPage();
    document.body.innerHTML = '<input id="email">';
    field("email").value = "x";
    expect(read()).toMatchObject({ bound: false, filled: 1 });
  });

  test("hidden fields and ticks are not text", async () => {
    await openPage('<input id="email" type="email"><input type="hidden" value="x"><input type="checkbox" id="tick">');
    stage.fire("input", { target: field("tick") });
    expect(read()).toMatchObject({ filled: 0, inputs: 1, autofilled: 0 });
  });

  test("its time runs from the first event on it", () => {
    expect(read().form_ms).toBeUndefined();
    stage.fire("focusin", { target: field("email"), timeStamp: performance.now() - 5000 });
    expect(read().form_ms).toBeGreaterThanOrEqual(5000);
  });
});
