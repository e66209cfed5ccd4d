import { beforeEach, describe, expect, test } from "vitest";
import { field, input, keyEvent, openPage, read, stage, type } from "../../../test/form-page.js";

beforeEach(() => openPage());

describe("how text came in", () => {
  const kinds = ["typed", "keyless", "bulk", "pasted", "dropped", "composed", "replaced", "autofilled"] as const;
  const only = (expected: object) => {
    const seen = read();
    expect(Object.fromEntries(kinds.flatMap((kind) => (seen[kind] ? [[kind, seen[kind]]] : [])))).toEqual(expected);
  };

  test("typed with keys", () => {
    for (const key of "ann") type("email", key);
    only({ typed: 3 });
    expect(read()).toMatchObject({ keydowns: 3, keyups: 3, inputs: 3, untrusted: 0, clickless_keys: 0 });
  });

  test("an AltGr character is typed, a shortcut is not", () => {
    stage.fire("keydown", keyEvent("@", { ctrlKey: true, altKey: true }));
    input("email", "insertText", "@");
    stage.fire("keydown", keyEvent("v", { ctrlKey: true }));
    input("email", "insertFromPaste", null);
    only({ typed: 1, pasted: 1 });
  });

  test("a phone's keyboard: nameless keys, words in composition and suggestions", () => {
    stage.fire("keydown", keyEvent("Unidentified", { code: "" }));
    input("email", "insertCompositionText", "a", { isComposing: true });
    stage.fire("keydown", keyEvent("Unidentified", { code: "" }));
    input("email", "insertText", "nother ");
    only({ composed: 1, typed: 7 });
  });

  test("an input method hands its text over when the composition ends", () => {
    stage.fire("compositionend");
    stage.wait(10);
    input("email", "insertText", "日本");
    only({ composed: 1 });
  });

  test.each([
    ["insertFromPaste", "pasted"],
    ["insertFromYank", "pasted"],
    ["insertFromDrop", "dropped"],
    ["insertFromDictation", "composed"],
    ["insertReplacementText", "autofilled"],
  ])("%s into an empty field is %s", (inputType, kind) => {
    input("email", inputType, "ann@example.org");
    only({ [kind]: 1 });
  });

  test("a spelling correction replaces a part", () => {
    field("email").value = "hello teh";
    stage.fire("input", { target: field("email"), inputType: "insertReplacementText", data: "the" });
    only({ replaced: 1 });
  });

  test("the browser's own filling", () => {
    Object.assign(field("email"), { matches: (selector: string) => selector === ":autofill" });
    input("email", undefined, "ann@example.org");
    only({ autofilled: 1 });
    expect(read()).toMatchObject({ filled: 1, scripted: 0 });
  });

  test("a password manager fills several fields in one go, with events of its own making", () => {
    input("email", undefined, "ann@example.org", { isTrusted: false });
    input("password", undefined, "secret", { isTrusted: false });
    only({ autofilled: 2 });
    expect(read()).toMatchObject({ untrusted: 2, scripted: 0, filled: 2 });
  });

  test("one field set by a script is not a password manager", () => {
    input("email", undefined, "ann@example.org", { isTrusted: false });
    stage.wait(500);
    input("password", undefined, "secret", { isTrusted: false });
    only({});
    expect(read()).toMatchObject({ untrusted: 2, inputs: 2 });
  });

  test("an emoji from the panel presses no key", () => {
    input("email", "insertText", "👩‍💻");
    only({ replaced: 1 });
  });

  test("a driver's fill() inserts much with no key at all", () => {
    input("email", "insertText", "ann@example.org");
    only({ bulk: 1 });
  });

  test("a driver's single characters with no key", () => {
    input("email", "insertText", "a");
    input("email", "insertText", "n");
    only({ keyless: 2 });
  });

  test("one key explains no sentence", () => {
    stage.fire("keydown", keyEvent("a"));
    input("email", "insertText", "ann@example.org");
    only({ bulk: 1 });
  });
});
